"""Segments to a gait plan: velocities whose integrals are the distances and angles that were asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kinesis_app.command.approach import Limits, approach
from kinesis_app.command.paces import LIMITS, RUN_SLOWEST, SLOWEST_KEPT, WALK_FASTEST, pace_table, step_length
from kinesis_app.command.ramps import FORWARD, SIDEWAYS, TURN, Writer, curve, over_distance, over_time
from kinesis_app.command.segments import Adjust, Arc, Face, GoTo, Move, Segment, Stand, Turn, describe
from kinesis_app.command.task import Stage
from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait.plan import ACCELERATION, TURN_ACCELERATION, GaitPlan

SIDE_ACCELERATION = 0.6
"""Of side steps [m/s^2]."""
TURN_RATE = 1.0
"""Of turning on the spot [rad/s]."""
CURVE_RATE, CENTRIPETAL = 0.65, 0.75
"""Where no radius is given: fastest turning [rad/s], largest speed times turning rate [m/s^2]."""
OPEN_SECONDS = 3.0
"""How long 'walk forward' lasts when something else follows [s]."""
PAUSE = 1.0
"""How long 'stop' or 'stand' lasts when something else follows [s]."""
LONGEST = 7200.0
"""Longest program [s]."""
GOES_ON = 0.7
"""Who turns already and is to turn that way by more than this goes on with it [rad]."""
STILL = 0.05
"""A slower speed is none [m/s]."""


@dataclass(frozen=True)
class Program:
    """A plan made of segments.

    Attributes:
        plan: Velocities over time; its duration is the end of the last stage, or the start of an endless one.
        segments: What was asked, speeds filled in.
        stages: The segments with their times.
    """

    plan: GaitPlan
    segments: tuple[Segment, ...]
    stages: tuple[Stage, ...]

    @property
    def endless(self) -> bool:
        """Whether it goes on until something else is asked."""
        return bool(self.stages) and math.isinf(self.stages[-1].end)

    @property
    def end(self) -> float:
        """When the last ramp is over [s]."""
        return self.plan.duration


def compile_segments(segments: Sequence[Segment], plan: GaitPlan | None = None, time: float = 0.0) -> Program:
    """What ``plan`` becomes when at ``time`` [s] the segments take over.

    Args:
        segments: What to do.
        plan: What is done until then; standing at the origin by default.
        time: [s].

    Raises:
        KinesisError: If a segment cannot be done from there: 'faster' while it stands.
    """
    # Whoever is told to go as fast as the slowest run is to run.
    writer = Writer(replace(plan or GaitPlan(1.0), runs_from=RUN_SLOWEST), time)
    stages: list[Stage] = []
    written: list[Segment] = []
    todo = _turns_in_walking(segments, bool(writer.velocity[FORWARD] > STILL))
    for i, segment in enumerate(todo):
        following = todo[i + 1] if i + 1 < len(todo) else None
        begin = writer.time
        done, endless = _write(writer, segment, following)
        written.append(done)
        stages.append(Stage(describe(done), begin, math.inf if endless else writer.time))
        if writer.time - time > LONGEST:
            raise KinesisError(f"That takes longer than {LONGEST / 3600.0:g} hours.")
        if endless and following is not None:
            raise KinesisError(f"'{describe(done)}' never ends, so nothing can follow it.")
    return Program(writer.plan(writer.time), tuple(written), tuple(stages))


def _turns_in_walking(segments: Sequence[Segment], walking: bool) -> list[Segment]:
    """Who walks on and on turns while walking, and walks on after it; else turns are on the spot."""
    out: list[Segment] = []
    for segment in segments:
        if isinstance(segment, Turn) and walking:
            segment = Arc(segment.angle)
        else:
            walking = isinstance(segment, Move) and segment.endless and segment.direction == "forward"
        out.append(segment)
    if out and walking and isinstance(out[-1], Arc):
        out.append(Move())
    return out


def _write(writer: Writer, segment: Segment, following: Segment | None) -> tuple[Segment, bool]:
    """Write one segment; it with its speed filled in, and whether it goes on for ever."""
    match segment:
        case Move():
            return _move(writer, segment, following)
        case Arc():
            return _arc(writer, segment, following)
        case Turn() | Face():
            return _turn(writer, segment), False
        case Stand(seconds):
            _halt(writer)
            if following is not None or seconds is not None:
                writer.until(writer.time + (PAUSE if seconds is None else seconds))
            return segment, False
        case GoTo():
            return _go_to(writer, segment), False
        case Adjust():
            return _adjust(writer, segment, following)


def _halt(writer: Writer) -> None:
    """Come to rest in all channels."""
    ends = [
        writer.ramp(FORWARD, 0.0, ACCELERATION),
        writer.ramp(SIDEWAYS, 0.0, SIDE_ACCELERATION),
        writer.ramp(TURN, 0.0, TURN_ACCELERATION),
    ]
    writer.until(max(ends))


def _move(writer: Writer, move: Move, following: Segment | None) -> tuple[Segment, bool]:
    sideways = move.direction in ("left", "right")
    channel, other = (SIDEWAYS, FORWARD) if sideways else (FORWARD, SIDEWAYS)
    sign = -1.0 if move.direction in ("backward", "right") else 1.0
    rate = SIDE_ACCELERATION if sideways else ACCELERATION
    if abs(writer.velocity[other]) > STILL or sign * writer.velocity[channel] < -STILL:
        _halt(writer)
    straight = writer.ramp(TURN, 0.0, TURN_ACCELERATION)
    start = max(sign * float(writer.velocity[channel]), 0.0)
    speed = _wanted_speed(move.speed, move.factor, move.direction, start)
    done = replace(move, speed=speed, factor=1.0)
    if move.endless and following is None:
        writer.until(max(writer.ramp(channel, sign * speed, rate), straight))
        return done, True
    end = _speed_into(following, move.direction, speed)
    distance = move.distance
    if move.steps is not None:
        distance = move.steps * step_length(move.direction, speed)
    if distance is not None:
        ramps = over_distance(distance, start, speed, end, rate)
    else:
        seconds = OPEN_SECONDS if move.seconds is None else move.seconds
        ramps = over_time(seconds, start, speed, end, rate)
        done = replace(done, seconds=seconds)
    writer.follow(channel, ramps, end, sign)
    writer.until(max(writer.time + ramps.seconds, straight))
    return done, False


def _speed_into(following: Segment | None, direction: str, speed: float) -> float:
    """Speed at which the next segment takes over, never faster than now; 0 if it begins at rest."""
    if isinstance(following, (Move, Arc)):
        if (following.direction if isinstance(following, Move) else "forward") != direction:
            return 0.0
        return min(speed, _wanted_speed(following.speed, following.factor, direction, speed))
    return speed if isinstance(following, (GoTo, Adjust)) and direction == "forward" else 0.0


def _wanted_speed(speed: float | None, factor: float, direction: str, now: float) -> float:
    """The speed that a segment means [m/s], within the limits of its direction."""
    if speed is None:
        usual = pace_table(direction)["normal"]
        going = now > STILL and (direction != "forward" or SLOWEST_KEPT <= now <= WALK_FASTEST)
        speed = factor * (now if going else usual)
    low, high = LIMITS[direction]
    return min(max(speed, low), high)


def _arc(writer: Writer, arc: Arc, following: Segment | None) -> tuple[Segment, bool]:
    if abs(writer.velocity[SIDEWAYS]) > STILL or writer.velocity[FORWARD] < -STILL:
        _halt(writer)
    start = max(float(writer.velocity[FORWARD]), 0.0)
    speed = _wanted_speed(arc.speed, arc.factor, "forward", start)
    radius = arc.radius if arc.radius is not None else max(speed / CURVE_RATE, speed**2 / CENTRIPETAL)
    if arc.speed is None:  # a tight circle is walked slower
        speed = min(
            speed, max(min(CURVE_RATE * radius, math.sqrt(CENTRIPETAL * radius)), LIMITS["forward"][0])
        )
    done = replace(arc, speed=speed, factor=1.0)
    if math.isinf(arc.angle):
        rate = ACCELERATION / radius if start < STILL else TURN_ACCELERATION
        turning = math.copysign(speed / radius, arc.angle)
        ends = (writer.ramp(FORWARD, speed, ACCELERATION), writer.ramp(TURN, turning, rate))
        writer.until(max(ends))
        return done, True
    angle = arc.angle
    if angle * writer.velocity[TURN] < 0.0 or abs(angle) < GOES_ON:
        angle -= _straightened(writer)
    curve(writer, angle, radius, speed, goes_on=_speed_into(following, "forward", speed) > 0.0)
    return done, False


def _straightened(writer: Writer) -> float:
    """Leave a turn that is under way; the angle that takes [rad]."""
    before = writer.turned()
    writer.until(writer.ramp(TURN, 0.0, TURN_ACCELERATION))
    return writer.turned() - before


def _turn(writer: Writer, turn: Turn | Face) -> Segment:
    """On the spot, exactly, whatever turning was under way."""
    before = writer.turned()
    _halt(writer)
    if isinstance(turn, Face):
        angle, rate = math.remainder(turn.heading - float(writer.pose()[2]), 2.0 * math.pi), TURN_RATE
    else:
        angle, rate = turn.angle - (writer.turned() - before), TURN_RATE * turn.factor
    ramps = over_distance(abs(angle), 0.0, rate, 0.0, TURN_ACCELERATION)
    writer.follow(TURN, ramps, 0.0, math.copysign(1.0, angle))
    writer.until(writer.time + ramps.seconds)
    return turn


def _go_to(writer: Writer, goal: GoTo) -> Segment:
    limits = Limits() if goal.speed is None else Limits(forward=goal.speed)
    found = approach(writer.pose(), writer.velocity, (goal.x, goal.y, goal.heading), limits)
    begin = writer.time
    for after, velocity in found.steps():
        writer.knot(begin + after, velocity)
    return goal


def _adjust(writer: Writer, adjust: Adjust, following: Segment | None) -> tuple[Segment, bool]:
    """Another speed for what is under way; a circle stays the circle it is."""
    now = writer.velocity.copy()
    channel = FORWARD if abs(now[FORWARD]) >= abs(now[SIDEWAYS]) else SIDEWAYS
    if abs(now[channel]) < STILL:
        if adjust.speed is None:
            raise KinesisError("It stands still: say 'walk' before 'faster' or 'slower'.")
        return _move(writer, Move(speed=adjust.speed), following)
    sign = math.copysign(1.0, now[channel])
    direction = ("forward", "backward") if channel == FORWARD else ("left", "right")
    low, high = LIMITS[direction[int(sign < 0.0)]]
    wanted = adjust.speed if adjust.speed is not None else abs(now[channel]) * adjust.factor + adjust.change
    speed = min(max(wanted, low), high)
    end = writer.ramp(channel, sign * speed, SIDE_ACCELERATION if channel == SIDEWAYS else ACCELERATION)
    rate = abs(now[TURN]) * abs(speed / abs(now[channel]) - 1.0) / max(end - writer.time, 1e-3)
    writer.ramp(TURN, float(now[TURN]) * speed / abs(float(now[channel])), max(rate, 1e-3))
    writer.until(end)
    return replace(adjust, factor=1.0, change=0.0, speed=speed), following is None
