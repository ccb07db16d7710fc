"""The search for the teacher's gains."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("cmaes")

import yaml

from kinesis_app.env.reference import reference_bank
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait import stand, walk
from training.gains import experts_policy, main
from training.gains_search import GainsSearch, coordinates_of, gains_at, rounded, to_python, to_yaml
from training.gains_settings import GainsSettings
from training.gains_trial import KINDS, draw_trial, find_moments, hold_out, try_gains
from training.teacher import TeacherActuator
from training.teacher_gains import LEASHED, RUNNING, STEADY, TeacherGains, gains_by_gait

TINY = GainsSettings(
    candidates=6, starts=2, ends=0, amid=0, held_out=4, seconds=1.2, spread=0.3, before_start=0.2
)
NOBODY = experts_policy("")
SOFTENED = ("stiffness", "damping", "vertical", "roll", "pitch")
WEAK = replace(LEASHED, **{name: tuple(0.1 * gain for gain in getattr(LEASHED, name)) for name in SOFTENED})


# ---------------------------------------------------------------- the search's coordinates


def test_coordinates_and_gains_turn_into_each_other() -> None:
    x = np.random.default_rng(0).normal(size=(5, 40))
    gains = gains_at(x, LEASHED.row(), GainsSettings())
    np.testing.assert_allclose(coordinates_of(gains, LEASHED.row(), GainsSettings()), x, atol=1e-12)
    assert TeacherGains.of_row(RUNNING.row()) == RUNNING


def test_a_unit_is_a_factor_e_for_a_stiffness_and_so_much_for_a_step_and_a_tilt() -> None:
    gains = TeacherGains.of_row(gains_at(np.ones(40), STEADY.row(), GainsSettings()))
    assert gains.stiffness[0] == pytest.approx(580.0 * np.e)
    assert gains.foot_moment[2] == pytest.approx(109.0 * np.e)
    assert gains.step[2] == pytest.approx(0.0165 + 0.3)
    assert gains.tilt == pytest.approx(0.76 + 0.4)


def test_what_is_written_down_is_python_that_gives_the_gains_to_three_digits() -> None:
    found = rounded(gains_at(np.full(40, 0.1234), STEADY.row(), GainsSettings()))
    space: dict = {"TeacherGains": TeacherGains}
    exec(to_python("LEASHED", found), space)
    assert space["LEASHED"] == found
    assert found.stiffness[0] == 656.0  # 580 e^0.1234 = 656.2


# ---------------------------------------------------------------- where bodies begin


def test_bodies_begin_before_starts_and_ends_of_the_gait_and_amid_it() -> None:
    """10 s, of which the gait has 3 to 6 s and the last 2 s."""
    bank = reference_bank([stand(10.0)])
    share = np.zeros(len(bank.qpos))
    share[450:900] = share[1200:] = 1.0
    moments = find_moments(share, bank, GainsSettings(before_start=0.5, before_end=2.0, apart=1.0))
    assert moments["starts"].tolist() == [[0, 75], [0, 225]]
    assert moments["ends"].tolist() == [[0, 120]]
    assert moments["amid"].tolist() == [[0, 90], [0, 120], [0, 150], [0, 240]]  # and 1 s left at least


def test_every_fourth_motion_is_held_out() -> None:
    moments = {
        "starts": np.array([[2, 5], [4, 6]]),
        "ends": np.array([[6, 1], [9, 1]]),
        "amid": np.zeros((0, 2)),
    }
    searched, kept = hold_out(moments)
    assert kept["ends"].tolist() == [[9, 1]]
    assert searched["ends"].tolist() == [[6, 1]]
    assert len(kept["starts"]) == len(kept["amid"]) == 0
    assert len(searched["starts"]) == 2


def test_bodies_of_a_kind_that_is_missing_go_to_the_others() -> None:
    places = {kind: np.tile([[0, 30]], (9, 1)) for kind in KINDS}
    rng, task = np.random.default_rng(0), TrackingSettings(leashed_share=1.0, leash=0.07)
    shares = GainsSettings(starts=7, ends=5, amid=2)
    trial = draw_trial(places, 14, shares, task, rng)
    assert np.bincount(trial.kind).tolist() == [7, 5, 2]
    assert np.all(trial.leash == 0.07)
    trial = draw_trial(places | {"starts": np.zeros((0, 2), int)}, 14, shares, task, rng)
    assert np.bincount(trial.kind, minlength=3).tolist() == [0, 10, 4]


# ---------------------------------------------------------------- gains of one's own


def test_each_body_has_its_own_gains() -> None:
    """Two candidates side by side move and score as each of them does alone, to the last bit."""
    clip = walk(1.1, 6.0)
    bank, teacher = reference_bank([clip]), TeacherActuator([clip])
    rows = np.stack([gains_by_gait(False), gains_by_gait(True)])
    rows[1, 1] = WEAK.row()
    share = teacher.table.gait[:, 1]
    trial = draw_trial(find_moments(share, bank, TINY), 2, TINY, TrackingSettings(), np.random.default_rng(0))
    both = TrackingEnv(bank, TrackingSettings(n_envs=4, n_threads=1), 0, teacher)
    together = try_gains(both, NOBODY, rows, trial, TINY)
    qpos = both.bodies.frame().qpos.reshape(2, 2, -1)
    assert np.abs(together.score[0] - together.score[1]).min() > 1e-3
    alone = TrackingEnv(bank, TrackingSettings(n_envs=2, n_threads=1), 0, teacher)
    for i in range(2):
        outcome = try_gains(alone, NOBODY, rows[i : i + 1], trial, TINY)
        np.testing.assert_array_equal(outcome.score[0], together.score[i])
        np.testing.assert_array_equal(alone.bodies.frame().qpos, qpos[i])
        teacher.gains = rows[i]
        np.testing.assert_allclose(
            teacher._gains_at(np.array([0, 300])), teacher.gait(np.array([0, 300])) @ rows[i]
        )


# ---------------------------------------------------------------- the search


def _search(seed: int = 0, held: bool = False) -> GainsSearch:
    task = TrackingSettings(n_threads=2, leashed_share=1.0)
    return GainsSearch([walk(1.1, 6.0)], task, "walking", NOBODY, TINY, seed, WEAK, held)


def test_candidates_are_held_if_the_teacher_is() -> None:
    """The same lots and candidates, but commands that change five times less often."""
    generations = []
    for held in (False, True):
        search = _search(held=held)
        generations.append(search.next_generation())
        search.close()
    free, held = generations
    np.testing.assert_array_equal(free.trial.step, held.trial.step)
    assert 1e-4 < np.abs(free.outcome.score - held.outcome.score).max() < 1.0


def test_the_search_finds_better_gains_than_bad_ones_and_the_same_again() -> None:
    found = []
    for _ in range(2):
        search = _search()
        for _ in range(6):
            search.next_generation()
        found.append(search.found)
    assert found[0] == found[1]
    assert search.name == "LEASHED"
    _, outcome = search.compare()
    old, new = outcome.score.mean(axis=1)
    assert new > old + 0.02
    written = yaml.safe_load(to_yaml(search))
    assert written["generations"] == 6
    assert written["gains"]["tilt"] == search.found.tilt
    assert tuple(written["gains"]["step"]) == search.found.step
    assert list(written["gains"]) == [f.name for f in fields(TeacherGains)]
    search.close()


def test_motions_without_the_gait_are_refused() -> None:
    with pytest.raises(KinesisError, match="None of the 1 motions has running in it"):
        GainsSearch([stand(3.0)], TrackingSettings(), "running", NOBODY, TINY)


# ---------------------------------------------------------------- the command line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--candidates", "3"], "--candidates 3: the search needs at least 4."),
        (["--minutes", "0"], "--minutes 0: must be more than 0."),
        (["--minutes", "nan"], "--minutes nan: must be more than 0."),
        (["--generations", "0"], "--generations 0: must be at least 1."),
        (["--seed", "-1"], "--seed -1: must not be negative."),
        (["--pushes", "0", "-5"], "--pushes 0 -5: give 0 to 1000 N."),
        (["--runner", "a.pt"], "--stander and --runner need a --walker"),
        (["--walker", "no_such.pt"], "no_such.pt"),
        (["--config", "no_such"], "Config 'no_such' cannot be read"),
    ],
)
def test_bad_options_end_with_one_line(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--gait", "walking", "--output", str(tmp_path / "gains.yaml"), *options])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("training.gains: ")
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("precious")
    with pytest.raises(SystemExit):
        main(["--gait", "walking", "--output", str(file)])
    assert f"'{file}' exists; name another file with --output." in capsys.readouterr().err
    assert file.read_text() == "precious"


def test_the_command_searches_compares_and_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.gains.GainsSettings", lambda **given: replace(TINY, **given))
    output = tmp_path / "found.yaml"
    clips = "clips=[{generator: walk, speed: 1.1, seconds: 6.0}]"
    options = [
        "--config",
        "walk",
        "--set",
        clips,
        "--gait",
        "walking",
        "--generations",
        "1",
        "--candidates",
        "4",
    ]
    main([*options, "--threads", "2", "--output", str(output)])
    said = capsys.readouterr().out
    assert "STEADY: searched on 1 starts, 1 ends" in said
    assert "generation 1: score" in said
    assert "generation 2" not in said
    assert "  old " in said
    assert "STEADY = TeacherGains(\n    stiffness=(" in said
    assert yaml.safe_load(output.read_text())["generations"] == 1
