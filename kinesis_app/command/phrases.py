"""The words that typed commands know, as one table; longer phrases win over shorter ones."""

from __future__ import annotations

import math
from typing import Any

# Kind, value, phrases. Hyphens count as spaces; spelling mistakes are dealt with in words.py.
_TABLE: tuple[tuple[str, Any, str], ...] = (
    ("verb", "walk", "walk|walking|walk on|march|stroll|wander|amble|hike|continue|keep going"
                     "|carry on|go on|get going|get moving|start moving|start going|set off|lets go"
                     "|let s go"),
    ("verb", "go", "go|going|head|proceed|advance|travel|come"),
    ("verb", "move", "move|moving|shift"),
    ("verb", "run", "run|running|run on"),
    ("verb", "jog", "jog|jogging|trot"),
    ("verb", "sprint", "sprint|sprinting|dash|race"),
    ("verb", "back", "back up|back off|back away|backpedal|retreat|reverse"),
    ("verb", "side", "sidestep|side step|step sideways|sidle|strafe|shuffle|crab|walk sideways"
                     "|move sideways|go sideways"),
    ("verb", "turn", "turn|turning|rotate|pivot|swivel|turn yourself"),
    ("verb", "spin", "spin|twirl|spin around|spin round"),
    ("verb", "face", "face|look|face to|turn to face|look to|turn towards|turn toward|turn to heading"),
    ("verb", "curve", "curve|bend|veer|bear|arc|swerve"),
    ("verb", "stop", "cancel|cancel that|never mind|nevermind|forget it|forget that|abort|enough"
                     "|thats enough|that s enough|stop|halt|freeze|whoa|stop walking"
                     "|stop running|stop moving|stop turning|stop there"
                     "|stop now|come to a stop|come to a halt|stop it|cease"),
    ("verb", "stand", "stand|wait|pause|rest|stay|hold|stand still|hold still|stay put|stay there|stand there"
                      "|hold on|remain|idle"),
    ("verb", "adjust", "change speed|set speed|change your speed|speed|pace"),
    ("verb", "adjust up", "speed up|accelerate|hurry|hurry up|pick up speed|pick up the pace|gain speed"),
    ("verb", "adjust down", "slow down|decelerate|brake|slow"),
    ("step", None, "step|steps|pace forward|paces|stride|strides|footstep|footsteps"),
    ("turn unit", None, "turns|rotation|rotations|revolution|revolutions"),
    ("direction", "forward", "forward|forwards|ahead|straight|straight ahead|straight on|straight forward"
                             "|onward|onwards|to the front"),
    ("direction", "backward", "backward|backwards|back|to the back|rearward|rearwards|in reverse"),
    ("direction", "left", "left|to the left|to your left|to its left|leftward|leftwards|on the left|left hand"
                          "|counterclockwise|counter clockwise|anticlockwise|anti clockwise|ccw"),
    ("direction", "right", "right|to the right|to your right|to its right|rightward|rightwards|on the right"
                           "|right hand|clockwise|cw"),
    ("direction", "sideways", "sideways|to the side|sidewards"),
    ("direction", "around", "around|round|the other way|the opposite way|back around|the other direction"
                            "|the opposite direction"),
    ("verb", "about", "turn around|turn round|turn back|turn about|about face|about turn|u turn|make a u turn"
                      "|face the other way|reverse direction|turn the other way|turn yourself around"
                      "|do a 180|make a 180|do an about turn|do a u turn"),
    ("compass", 0.0, "to the east|east|eastward|eastwards"),
    ("compass", math.pi / 2, "to the north|north|northward|northwards"),
    ("compass", math.pi, "to the west|west|westward|westwards"),
    ("compass", -math.pi / 2, "to the south|south|southward|southwards"),
    ("compass", math.pi / 4, "northeast|north east"),
    ("compass", 3 * math.pi / 4, "northwest|north west"),
    ("compass", -math.pi / 4, "southeast|south east"),
    ("compass", -3 * math.pi / 4, "southwest|south west"),
    ("pace", "slow", "slowly|leisurely|gently|at a slow pace|carefully|at slow speed|slow walk|easy"),
    ("pace", "normal", "normally|at normal speed|at a normal pace|at walking pace|at your own pace"),
    ("pace", "brisk", "briskly|at a brisk pace|brisk"),
    ("pace", "fast", "fast|quickly|quick|rapidly|swiftly|at full speed|at top speed|full speed|top speed"
                     "|as fast as you can|as fast as possible|flat out"),
    ("adjust", 1.25, "faster|quicker|more quickly"),
    ("adjust", 0.8, "slower|more slowly|slower please"),
    ("adjust", 1.1, "a bit faster|a little faster|slightly faster|a bit quicker|a little quicker|bit faster"
                    "|a little bit faster|a touch faster"),
    ("adjust", 0.9, "a bit slower|a little slower|slightly slower|bit slower|a little bit slower"
                    "|a touch slower"),
    ("adjust", 1.5, "much faster|a lot faster|far faster"),
    ("adjust", 0.6, "much slower|a lot slower|far slower"),
    ("adjust", 2.0, "twice as fast|double speed|double your speed|double the speed|at double speed"),
    ("adjust", 0.5, "half as fast|twice as slow|half the speed|at half the speed"
                    "|half speed|halve your speed|halve the speed|at half speed"),
    ("shape", 1.0, "circle|in a circle|a circle|loop|lap|full circle|in a full circle|in a loop"),
    ("shape", 0.5, "half circle|semicircle|half a circle|in a half circle|in a semicircle|half loop"),
    ("shape", 0.25, "quarter circle|quarter of a circle|in a quarter circle"),
    ("shape", math.inf, "in circles|around in circles|round in circles|round and round|circling|in loops"),
    ("shapes", None, "circles|loops|laps"),
    ("size", 1.0, "radius|with radius|of radius|with a radius|with a radius of|radius of|of a radius of"),
    ("size", 0.5, "diameter|with diameter|of diameter|with a diameter|with a diameter of|diameter of|across"),
    ("facing", None, "facing|looking|heading"),
    ("to", None, "to|towards|toward|to the point|to point|to position|to the position|to location|at position"
                 "|to the place|to coordinates|to the coordinates"),
    ("home", None, "home|to the start|back to the start|to the origin|back to the origin|to start|back home"
                   "|to where you started|back to where you started|to the beginning|to the centre"
                   "|to the center|back to start|come back|come home|go home|return|return home"
                   "|return to start|return to the start|go back to the start|go back to start|go back home"),
    ("then", None, "then|and then|after that|afterwards|after which|next|finally|and finally|and afterwards"
                   "|and after that|followed by|lastly|subsequently|;|."),
    ("and", None, "and|,|&|plus"),
    ("rate", None, "at|with|at a speed of|at a rate of|with a speed of|at speed|at a pace of|with speed"),
    ("by", None, "by"),
    ("slight", None, "a bit|bit|slightly|a little|a little bit|a touch|somewhat"),
    ("spot", None, "on the spot|in place|where you are|where you stand"),
    ("after", None, "after|in another|after another"),
    ("moving", None, "while walking|while you walk|as you walk|on the move|without stopping|while moving"
                     "|while running|as you go"),
    ("span", None, "for|during"),
    ("axis", None, "x|y"),
    ("article", 1.0, "a|an"),
    ("filler", None, "please|now|right now|right away|immediately|at once|straight away|the|of|in|on|you"
                     "|your|yourself|its|it|me|my|can you|could you|would you|will you|i want you to"
                     "|i would like you to|id like you to|lets|let us|start|begin|start to|begin to|keep"
                     "|keep on|so|ok|okay|hey|human|there|take|make|do|do a|make a|take a"
                     "|teh|hte|first|another|more|further|again|about|roughly"
                     "|approximately|along|and please|for me|all the way|in direction|in the direction"
                     "|in the direction of|with a distance of|a distance of|a total of|go ahead and"
                     "|at heading|is|be|just|then you|!|(|)|[|]|:|=|'|?"),
    ("unit", ("length", 1.0), "m|metre|metres|meter|meters|mtr|mtrs"),
    ("unit", ("length", 0.01), "cm|centimetre|centimetres|centimeter|centimeters|cms"),
    ("unit", ("length", 0.001), "mm|millimetre|millimetres|millimeter|millimeters"),
    ("unit", ("length", 1000.0), "km|kilometre|kilometres|kilometer|kilometers|kms"),
    ("unit", ("length", 0.3048), "ft|foot|feet"),
    ("unit", ("length", 0.0254), "inch|inches"),
    ("unit", ("length", 0.9144), "yd|yard|yards|yds"),
    ("unit", ("length", 1609.344), "mile|miles"),
    ("unit", ("time", 1.0), "s|sec|secs|second|seconds"),
    ("unit", ("time", 60.0), "min|mins|minute|minutes"),
    ("unit", ("time", 3600.0), "h|hour|hours"),
    ("unit", ("angle", math.pi / 180), "deg|degs|degree|degrees|°"),
    ("unit", ("angle", 1.0), "rad|rads|radian|radians"),
    ("unit", ("speed", 1.0), "m/s|mps|metres per second|meters per second|metre per second|meter per second"
                             "|metres a second|meters a second|m per s|m / s|ms"),
    ("unit", ("speed", 1 / 3.6), "km/h|kmh|kph|kmph|kilometres per hour|kilometers per hour|km per hour"
                                 "|kilometres an hour|kilometers an hour|km / h|km an hour"),
    ("unit", ("speed", 0.44704), "mph|miles per hour|miles an hour|mile per hour|mi/h"),
    ("unit", ("speed", 0.3048), "ft/s|fps|feet per second|foot per second|feet a second"),
    ("unit", ("percent", 0.01), "%|percent|per cent"),
    ("unit", ("count", 1.0), "times|time"),
    ("number", 0.0, "zero"), ("number", 1.0, "one|once|single"), ("number", 2.0, "two|couple|a couple|twice"
                                                                 "|a couple of|couple of|a pair of"),
    ("number", 3.0, "three|few|a few|thrice"), ("number", 4.0, "four"), ("number", 5.0, "five"),
    ("number", 6.0, "six"), ("number", 7.0, "seven"), ("number", 8.0, "eight"), ("number", 9.0, "nine"),
    ("number", 10.0, "ten"), ("number", 11.0, "eleven"), ("number", 12.0, "twelve|dozen|a dozen"),
    ("number", 13.0, "thirteen"), ("number", 14.0, "fourteen"), ("number", 15.0, "fifteen"),
    ("number", 16.0, "sixteen"), ("number", 17.0, "seventeen"), ("number", 18.0, "eighteen"),
    ("number", 19.0, "nineteen"), ("tens", 20.0, "twenty"), ("tens", 30.0, "thirty"),
    ("tens", 40.0, "forty|fourty"), ("tens", 50.0, "fifty"), ("tens", 60.0, "sixty"),
    ("tens", 70.0, "seventy"), ("tens", 80.0, "eighty"), ("tens", 90.0, "ninety"),
    ("scale", 100.0, "hundred"), ("scale", 1000.0, "thousand"),
    ("fraction", 0.5, "half|a half"), ("fraction", 0.25, "quarter|a quarter|quarters"),
    ("fraction", 1.0, "full|whole|complete|a full|a whole|a complete"), ("point", None, "point"),
    ("minus", None, "minus|negative"),
)  # fmt: skip


def phrase_table() -> dict[tuple[str, ...], tuple[str, Any]]:
    """Each phrase, as its words, with its kind and value."""
    table: dict[tuple[str, ...], tuple[str, Any]] = {}
    for kind, value, phrases in _TABLE:
        for phrase in phrases.split("|"):
            table.setdefault(tuple(phrase.split()), (kind, value))
    return table


PHRASES = phrase_table()
LONGEST = max(map(len, PHRASES))
"""Words in the longest phrase."""
WORDS = frozenset(word for phrase in PHRASES for word in phrase if word.isalpha())
"""Every single word that occurs in some phrase."""
