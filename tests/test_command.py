"""Typed English: what is understood, what is refused, and plans whose integrals are what was asked for."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest

from kinesis_app.command import CommandError, compile_segments, describe, parse, preview
from kinesis_app.command.phrases import PHRASES
from kinesis_app.command.preview import EXAMPLES
from kinesis_app.command.ramps import over_distance, over_time
from kinesis_app.command.remaining import remaining
from kinesis_app.command.segments import Arc, Move, Stand, Turn
from kinesis_app.errors import KinesisError
from kinesis_app.evaluation.commands import understand
from kinesis_app.evaluation.phrasings import PHRASINGS, SEQUENCES, Phrasing
from kinesis_app.motion.gait import GaitPlan
from kinesis_app.motion.gait.plan import path_of

WALKING = GaitPlan(16.0, speed=((0.0, 1.1),), walking_at_start=True, walking_at_end=True)


@pytest.mark.parametrize("phrasing", PHRASINGS, ids=lambda p: p.text)
def test_sixty_phrasings(phrasing: Phrasing) -> None:
    result = understand(phrasing)
    assert result.right, result.meaning


def test_there_are_sixty_of_them_and_ten_sequences() -> None:
    assert len(PHRASINGS) >= 80
    assert len(SEQUENCES) == 10
    assert all(parse(text) for text in (*SEQUENCES, *EXAMPLES))


@pytest.mark.parametrize("phrasing", [p for p in PHRASINGS if p.refused is None], ids=lambda p: p.text)
def test_what_a_segment_is_called_is_read_back_as_the_same(phrasing: Phrasing) -> None:
    for segment in parse(phrasing.text):
        (again,) = parse(describe(segment))
        assert describe(again) == describe(segment)


def test_a_refusal_points_at_the_word_and_names_near_ones() -> None:
    with pytest.raises(CommandError) as caught:
        parse("please wakl forwrad then dancer left")
    error = caught.value
    assert error.text[error.start : error.end] == "dancer"
    assert "advance" in error.near
    first, shown, marks = str(error).splitlines()
    assert "'dancer'" in first
    assert shown[2:] == error.text
    assert marks.index("^") - 2 == error.start
    assert marks.count("^") == 6
    assert isinstance(error, KinesisError)


@pytest.mark.parametrize(
    ("text", "word"),
    [("tlak to me", "tlak"), ("wa 3 m", "wa"), ("bill", "bill"), ("walk 3 parsecs", "parsecs")],
)
def test_a_spelling_mistake_that_could_be_anything_is_refused(text: str, word: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(text)
    assert text[caught.value.start : caught.value.end] == word


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "\0\1", "🙂", "walk " * 200, "1" * 400, "walk 1/0 m", "walk 1e9 m"]
)
def test_what_is_no_sentence_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        parse(text)


def test_word_salad_is_understood_or_refused_but_never_breaks() -> None:
    rng = random.Random(0)
    words = [" ".join(phrase) for phrase in PHRASES] + ["3", "-1", "2.5", "1,5", "7/2", "blue", "(", ",", "."]
    understood = 0
    for _ in range(400):
        text = " ".join(rng.choice(words) for _ in range(rng.randint(1, 7)))
        try:
            understood += bool(compile_segments(parse(text), WALKING, 2.0).stages)
        except KinesisError:
            continue
    assert understood > 15


def test_preview_has_times_and_resolved_speeds() -> None:
    stages = preview("walk 3 m, then turn left 90 degrees")
    assert [s.text for s in stages] == ["walk forward 3 m at 1.2 m/s", "turn left 90 degrees"]
    # 3 m at 1.2 m/s with ramps of 1.5 s: 3 + 1.8 over 1.2. 90 degrees at 1 rad/s with ramps of 2/3 s.
    assert stages[0].end == pytest.approx(4.0)
    assert stages[1].end == pytest.approx(4.0 + math.pi / 2 + 2 / 3)
    assert math.isinf(preview("walk forward")[-1].end)


@pytest.mark.parametrize(
    ("distance", "start", "peak", "end"),
    [
        (3.0, 0, 1.2, 0),
        (0.2, 0, 1.2, 0),
        (1.0, 1.1, 1.1, 0),
        (0.5, 1.4, 1.2, 0),
        (2, 0.4, 1.5, 1.5),
        (4, 2, 1, 1),
    ],
)
def test_ramps_cover_the_distance(distance: float, start: float, peak: float, end: float) -> None:
    r = over_distance(distance, start, peak, end, 0.8)
    covered = 0.5 * (start + r.peak) * r.rise + r.peak * r.hold + 0.5 * (r.peak + end) * r.fall
    assert covered == pytest.approx(distance)
    assert r.peak <= max(peak, start) + 1e-12


def test_too_short_a_way_to_brake_is_overshot_as_little_as_can_be() -> None:
    r = over_distance(0.1, 1.8, 1.2, 0.0, 0.8)
    assert 0.5 * 1.8 * r.fall == pytest.approx(1.8**2 / (2 * 2.0))  # braking at 2 m/s^2


def test_a_time_is_kept() -> None:
    assert over_time(5.0, 0.0, 1.2, 0.0, 0.8).seconds == pytest.approx(5.0)
    short = over_time(1.0, 0.0, 1.2, 0.0, 0.8)
    assert short.peak == pytest.approx(0.4)
    assert short.seconds == pytest.approx(1.0)


def test_a_circle_from_standing_is_round() -> None:
    program = compile_segments(parse("walk in a circle of radius 2 m to the right"))
    pose = path_of(program.plan, 0.0, program.end).pose
    centre = pose[0, :2] - np.array([0.0, 2.0])
    np.testing.assert_allclose(np.linalg.norm(pose[:, :2] - centre, axis=1), 2.0, atol=2e-3)


def test_who_walks_on_and_on_turns_in_walking_and_else_on_the_spot() -> None:
    live = compile_segments(parse("turn left"), WALKING, 3.0)
    assert live.plan.velocity_at(live.stages[0].end)[0] == pytest.approx(1.1)
    assert isinstance(live.segments[0], Arc)
    measured = compile_segments(parse("walk 3 m, turn left, walk 1 m"))
    assert isinstance(measured.segments[1], Turn)
    assert measured.plan.velocity_at(measured.stages[1].start)[0] == pytest.approx(0.0, abs=1e-9)


def test_plans_never_jump() -> None:
    for phrasing in PHRASINGS:
        if phrasing.refused is None:
            program = compile_segments(parse(phrasing.text), WALKING, 4.0)
            path = path_of(program.plan, 0.0, program.end + 1.0)
            change = np.abs(np.diff(path.velocity, axis=0)).max(axis=0) * 150.0
            assert (change < [2.1, 1.1, 3.1]).all(), phrasing.text
            before = path.rows(0.0, 3.99)
            np.testing.assert_allclose(path.velocity[before], np.tile([1.1, 0, 0], (before.stop, 1)))


def test_faster_needs_something_to_be_faster_than() -> None:
    with pytest.raises(KinesisError, match="stands still"):
        compile_segments(parse("faster"))


def test_nothing_follows_what_never_ends() -> None:
    with pytest.raises(KinesisError, match="never ends"):
        compile_segments(parse("walk in circles, then stop"))


def test_a_new_command_takes_over_from_a_turn_without_losing_its_angle() -> None:
    circling = compile_segments(parse("walk in circles"), WALKING, 2.0).plan
    program = compile_segments(parse("turn right 45 degrees and stop"), circling, 6.0)
    path = path_of(program.plan, 0.0, program.end)
    turned = path.pose[-1, 2] - path.at(6.0)[2]
    assert math.degrees(turned) == pytest.approx(-45.0, abs=0.2)


def test_what_is_left_of_a_plan() -> None:
    program = compile_segments(parse("walk 4 m, then turn left 90 degrees, then stand for 3 seconds"))
    left = remaining(program.segments, program.stages, program.plan, 2.0)
    # After 2 s: 0.9 m of ramp and 0.5 s at 1.2 m/s.
    assert isinstance(left[0], Move)
    assert left[0].distance == pytest.approx(4.0 - 1.5)
    assert left[1:] == program.segments[1:]
    middle = 0.5 * (program.stages[1].start + program.stages[1].end)
    turn, stand = remaining(program.segments, program.stages, program.plan, middle)
    assert isinstance(turn, Turn)
    assert turn.angle == pytest.approx(math.pi / 4, abs=0.02)
    assert stand == Stand(3.0)


@pytest.mark.parametrize("degrees", [20.0, 45.0, 90.0, 173.0, -60.0])
@pytest.mark.parametrize("turning", [0.0, 0.5, -0.5])
def test_a_curve_goes_on_from_the_turning_under_way(degrees: float, turning: float) -> None:
    plan = replace(WALKING, turn=((0.0, turning),))
    curve = compile_segments((Arc(math.radians(degrees)), Move()), plan, 1.0).plan
    path = path_of(curve, 1.0, 12.0)
    assert math.degrees(path.pose[-1, 2] - path.pose[0, 2]) == pytest.approx(degrees, abs=0.3)
    assert np.abs(np.diff(path.velocity[:, 2])).max() * 150.0 < 1.6
    if turning > 0.0 and degrees >= 45.0:
        until_half = path.pose[:, 2] - path.pose[0, 2] < math.radians(0.5 * degrees)
        assert path.velocity[until_half, 2].min() > 0.4  # it is not left first
