"""A hundred ways to tell the human what to do, and what each should come to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrasing:
    """A sentence and what it should do.

    Attributes:
        text: As typed.
        moved: How far the plan goes: forward, to the left [m], turned to the left [degrees].
        place: Where the pelvis ends: x, y [m]; and the direction it faces [degrees] or None.
        going: For what goes on and on, the velocity: forward, to the left [m/s], turning [rad/s].
        refused: The word that is pointed at instead.
        walking: Said while it walks at 1.1 m/s rather than stands.
    """

    text: str
    moved: tuple[float, float, float] | None = None
    place: tuple[float, float, float | None] | None = None
    going: tuple[float, float, float] | None = None
    refused: str | None = None
    walking: bool = False


PHRASINGS = (
    Phrasing("walk forward", going=(1.2, 0, 0)),
    Phrasing("walk 3 m at 1.2 m/s, then turn left 90 degrees and stop", moved=(3, 0, 90)),
    Phrasing("turn around", moved=(0, 0, 180)),
    Phrasing("back up two steps", moved=(-0.853, 0, 0)),  # 2 x 0.9 x 0.474 m, Schwartz 2008 at 0.6 m/s
    Phrasing("run in a circle of radius 4 m", moved=(0, 0, 360)),
    Phrasing("faster", going=(1.375, 0, 0), walking=True),
    Phrasing("stop", moved=(0.756, 0, 0), walking=True),  # 1.1^2 / (2 x 0.8)
    Phrasing("sidestep left half a metre", moved=(0, 0.5, 0)),
    Phrasing("walk for 10 seconds", moved=(10.2, 0, 0)),  # 1.2 (10 - 1.5)
    Phrasing("slowly", going=(0.66, 0, 0), walking=True),
    Phrasing("go to 2, 3", place=(2, 3, None)),
    Phrasing("go to (2, -1.5) facing north", place=(2, -1.5, 90)),
    Phrasing("walk to x=-1, y=1.5 facing 180 degrees", place=(-1, 1.5, 180)),
    Phrasing("take two steps back", moved=(-0.853, 0, 0)),
    Phrasing("take a step to the right", moved=(0, -0.3, 0)),
    Phrasing("walk one and a half metres", moved=(1.5, 0, 0)),
    Phrasing("please walk a metre and a half, then stop", moved=(1.5, 0, 0)),
    Phrasing("could you go forward twenty-five feet", moved=(7.62, 0, 0)),
    Phrasing("walk 5 feet 6 inches", moved=(1.676, 0, 0)),
    Phrasing("walk 150 cm backwards", moved=(-1.5, 0, 0)),
    Phrasing("walk at 3 mph", going=(1.341, 0, 0)),
    Phrasing("run at 10 km/h for 1 minute", moved=(157.022, 0, 0)),  # v (60 - v / 0.8), v = 10/3.6
    Phrasing("turn right 45 deg", moved=(0, 0, -45)),
    Phrasing("turn clockwise a quarter turn", moved=(0, 0, -90)),
    Phrasing("rotate 1.5708 radians to the left", moved=(0, 0, 90)),
    Phrasing("make a 90 degree left turn", moved=(0, 0, 90)),
    Phrasing("turn three quarters of a turn to the right", moved=(0, 0, -270)),
    Phrasing("spin around twice", moved=(0, 0, 720)),
    Phrasing("turn left and right", moved=(0, 0, 0)),
    Phrasing("turn one hundred and eighty degrees", moved=(0, 0, 180)),
    Phrasing("u-turn", moved=(0, 0, 180)),
    Phrasing("walk 2 m, turn left, walk 3 m", moved=(2, 3, 90)),
    Phrasing("go 3 m forward, 90 degrees left, 3 m", moved=(3, 3, 90)),
    Phrasing("walk forward 2 m and 1 m to the left", moved=(2, 1, 90)),
    Phrasing("walk three metres and then turn around and come back", place=(0, 0, None)),
    Phrasing("walk north 3 m", moved=(0, 3, 90)),
    Phrasing("move left 50 cm then move right 1 m", moved=(0, -0.5, 0)),
    Phrasing("side-step three steps to the left", moved=(0, 0.9, 0)),
    Phrasing("walk half a circle with a diameter of 4 m", moved=(0, 4, 180)),
    Phrasing("walk a quarter circle to the right of radius 3 m", moved=(3, -3, -90)),
    Phrasing("walk in circles of radius 2 m", going=(1.2, 0, 0.6)),
    Phrasing("turn left", going=(1.1, 0, 0), walking=True),
    Phrasing("speed up by 0.2", going=(1.3, 0, 0), walking=True),
    Phrasing("slow down to 0.8 m/s", going=(0.8, 0, 0), walking=True),
    Phrasing("20 % slower", going=(0.88, 0, 0), walking=True),
    Phrasing("half speed", going=(0.55, 0, 0), walking=True),
    Phrasing("walk slowly", going=(0.7, 0, 0)),
    Phrasing("jog", going=(2.2, 0, 0)),
    Phrasing("stand still for five seconds, then walk 1 m", moved=(1, 0, 0)),
    Phrasing("halt!", moved=(0.756, 0, 0), walking=True),
    Phrasing("wlak foward 2 metrs", moved=(2, 0, 0)),
    Phrasing("trun lfet 30 degress", moved=(0, 0, 30)),
    Phrasing("sidestpe rihgt 1 m", moved=(0, -1, 0)),
    Phrasing("bakc up 1 m slwoly", moved=(-1, 0, 0)),
    Phrasing("walk 3", refused="3"),
    Phrasing("walk at 9 m/s", refused="9 m/s"),
    Phrasing("walk -3 m", refused="-3 m"),
    Phrasing("turn", refused="turn"),
    Phrasing("go to 3", refused="to"),
    Phrasing("walk until the wall", refused="until"),
    Phrasing("do not stop", refused="not"),
    Phrasing("jump over the fence", refused="jump"),
    Phrasing("make me a sandwich", refused="sandwich"),
    Phrasing("talk to me", refused="talk"),
    Phrasing("turn left 5 m", refused="5 m"),
    Phrasing("asdf qwer", refused="asdf"),
    Phrasing("walk 10 ft", moved=(3.048, 0, 0)),
    Phrasing("walk 4 yards at 2 mph", moved=(3.658, 0, 0)),
    Phrasing("walk for five secs at 4 km/h", moved=(4.012, 0, 0)),  # v (5 - v / 0.8), v = 4/3.6
    Phrasing("walk two hundred and fifty centimetres", moved=(2.5, 0, 0)),
    Phrasing("walk 0,5 m", moved=(0.5, 0, 0)),
    Phrasing("walk 6' 2\"", moved=(1.88, 0, 0)),
    Phrasing("walk 3 m in 5 seconds", moved=(3, 0, 0)),
    Phrasing("run as fast as you can", going=(3.4, 0, 0)),
    Phrasing("as fast as you can", going=(1.65, 0, 0), walking=True),  # half as fast again
    Phrasing("twice as slow", going=(0.55, 0, 0), walking=True),
    Phrasing("10 percent faster", going=(1.21, 0, 0), walking=True),
    Phrasing("a bit faster", going=(1.21, 0, 0), walking=True),
    Phrasing("turn right a bit", moved=(0, 0, -30)),
    Phrasing("turn slightly left", moved=(0, 0, 30)),
    Phrasing("turn to the north", moved=(0, 0, 90)),
    Phrasing("turn 450 degrees to the left", moved=(0, 0, 450)),
    Phrasing("turn on the spot to the left", moved=(0.756, 0, 90), walking=True),  # stops first
    Phrasing("turn left and keep walking", going=(1.1, 0, 0), walking=True),
    Phrasing("stop after 2 m", moved=(2, 0, 0), walking=True),
    Phrasing("stop in 3 seconds", moved=(2.544, 0, 0), walking=True),  # 1.1 x 3 - 1.1^2 / (2 x 0.8)
    Phrasing("never mind", moved=(0.756, 0, 0), walking=True),
    Phrasing("let's go", going=(1.2, 0, 0)),
    Phrasing("walk me to 3, 4", place=(3, 4, None)),
    Phrasing("go to teh left", going=(1.2, 0, 0)),
    Phrasing("tunr arond", moved=(0, 0, 180)),
    Phrasing("undo that", refused="undo", walking=True),
    Phrasing("tourne à gauche", refused="tourne"),
    Phrasing("avancez de 3 mètres puis tournez", refused="avancez"),
    Phrasing("gehe 3 meter", refused="gehe"),
    Phrasing("sit down", refused="sit"),
    Phrasing("fly me to the moon", refused="fly"),
    Phrasing("walk to the door", refused="door"),
    Phrasing("walk in a square", refused="square"),
    Phrasing("don't stop", refused="don", walking=True),
    Phrasing("walk 3 m twice", refused="twice"),
    Phrasing("walk 5 kg", refused="kg"),
    Phrasing("walk a bit", refused="a bit"),
    Phrasing("walk zero metres", refused="zero metres"),
    Phrasing("take a giant step", refused="giant"),
    Phrasing("!!!", refused="!!!"),
)

SEQUENCES = (
    "walk 3 m at 1.2 m/s, then turn left 90 degrees and stop",
    "walk 4 metres, then back up 1 metre",
    "turn around and walk 3 m",
    "sidestep left half a metre, then walk 2 m",
    "walk half a circle of radius 2 m, then walk 1 m and stop",
    "walk slowly for 5 seconds, stop for 2 seconds, then walk 2 m",
    "walk 2 m, turn right, walk 2 m, turn right, walk 2 m",
    "go to 2, 2 facing north, then back up two steps",
    "walk 2 m then curve to the left by 90 degrees of radius 2 m, then walk 2 m",
    "run 10 m at 2.5 m/s, then walk 3 m and stop",
)
"""Spoken-style sequences to be executed from standing."""
