"""What is said about words that people try and that mean nothing here."""

from __future__ import annotations

_UNABLE = "The human walks, runs, turns and stands, nothing else. Try 'walk 3 m' or 'turn left'."
_THINGS = "I know no things, only places: 'go to 2, 3'."
_CONDITIONS = "I know no conditions: give a distance or a time, 'walk 3 m, then stop'."
_NEGATION = "Say what to do instead, for example 'stop' or 'walk forward'."
_SHAPES = "I know lines, turns and circles: 'walk 2 m, turn left' or 'walk in a circle of radius 2 m'."

_TABLE = (
    (_UNABLE, "jump hop skip dance kneel sit crouch squat crawl climb lie roll swim fly wave bow punch "
              "grab nod limp tiptoe moonwalk somersault"),
    (_THINGS, "door wall fence house tree table chair car room street stairs upstairs downstairs ball dog "
              "man woman person over under behind beside near"),
    (_CONDITIONS, "until unless if when whenever while before because"),
    (_NEGATION, "not don dont never without"),
    (_SHAPES, "square triangle rectangle figure zigzag zig zag spiral star"),
    ("Alone, after another command, it takes that one back.", "undo redo revert unwalk scratch"),
    ("Alone, after another command, it does that one again.", "repeat"),
    ("Words only say where to go; for all else there are buttons and menus.",
     "reset restart rewind weaken strengthen paralyse push pull shove kick record export save load open "
     "close zoom film"),
    ("Say for example 'walk 3 m, then turn left and stop', 'faster', 'go to 2, 3'.",
     "help what how why who which hello hi"),
    ("I speak English only: 'walk 3 m, then turn left and stop'.",
     "marche marcher avance avancer avancez tourne tourner tournez gauche droite arrete arretez gehe geh "
     "links rechts adelante camina gira izquierda derecha vai cammina"),
)  # fmt: skip

HINTS = {word: hint for hint, words in _TABLE for word in words.split()}
"""By word: what would be right instead."""
