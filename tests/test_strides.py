"""Gait cycles cut and averaged, human bands, EMG: against curves made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from clips import standing_clip

from kinesis_app.body.joints import LEG_JOINTS, joint_table
from kinesis_app.body.model import CTRL_DT, physics_model
from kinesis_app.body.muscles import muscle_index
from kinesis_app.cli import main
from kinesis_app.errors import KinesisError
from kinesis_app.evaluation.emg import APART, MUSCLES, compare_emg, emg_table
from kinesis_app.evaluation.human import ANGLES, FORCES, angle_band, emg_band, emg_muscles, force_band
from kinesis_app.evaluation.strides import angle, cut_strides, foot_strikes, pooled, steady
from kinesis_app.motion.gait.norms import LEG_LENGTH
from kinesis_app.session.look import snapshot_of
from kinesis_app.session.recording import Recording
from kinesis_app.session.simulation import Simulation

WEIGHT = 9.81 * float(physics_model().body_mass.sum())
STRIDE, SPEED = 1.13, 1.2
PHASE = np.linspace(0.0, 1.0, 101)


def made_up_walk(heading: float = 0.0, seconds: float = 12.0, jump_at: int | None = None) -> Recording:
    """A walk whose every curve is known: right strikes at 0.5 s + k STRIDE, left half a stride later."""
    sim = Simulation(standing_clip(), lambda o: np.zeros((len(o), 80), np.float32), "limp")
    base, table = snapshot_of(sim), joint_table()
    forward = np.array([np.cos(heading), np.sin(heading), 0.0])
    shots, excitations = [], []
    for k in range(round(seconds / CTRL_DT)):
        t = k * CTRL_DT
        phases = np.mod((t - 0.5) / STRIDE - np.array([0.0, 0.5]), 1.0)
        qpos = base.qpos.copy()
        qpos[:3] += SPEED * t * forward
        grf = np.zeros((2, 3))
        excitation = np.zeros(80)
        for foot, phase in enumerate(phases):
            qpos[table.qpos_adr[7 * foot + 3]] = np.deg2rad(30.0 - 30.0 * np.cos(2.0 * np.pi * phase))
            if phase < 0.62:
                load = min(1.0, phase / 0.08, (0.62 - phase) / 0.08)
                grf[foot] = WEIGHT * (0.1 * np.sin(2.0 * np.pi * phase / 0.62) * forward + [0.0, 0.0, load])
            side = "rl"[foot]
            excitation[muscle_index(f"soleus_{side}")] = 0.5 + 0.4 * np.sin(2.0 * np.pi * phase)
        step = k if jump_at is None or k < jump_at else k - jump_at
        shots.append(replace(base, run_time=t, time=t, step=step, qpos=qpos, grf=grf, excitation=excitation))
        excitations.append(np.tile(excitation, (5, 1)))
    return Recording(tuple(shots), tuple(excitations[1:]), ())


@pytest.fixture(scope="module")
def walked() -> Recording:
    return made_up_walk(heading=np.deg2rad(35.0))


def test_cycles_are_cut_at_the_strikes(walked: Recording) -> None:
    right, left = (cut_strides(walked, side) for side in "rl")
    assert len(right) == 10  # strikes at 0.5, 1.63 ... 11.8
    np.testing.assert_allclose(right.duration, STRIDE, atol=0.035)  # force is known every 33 ms
    np.testing.assert_allclose(np.diff(right.start).mean(), STRIDE, atol=0.005)
    np.testing.assert_allclose((left.start[0] - right.start[0]) % STRIDE, 0.5 * STRIDE, atol=0.04)
    np.testing.assert_allclose(right.speed, SPEED, rtol=0.01)
    np.testing.assert_allclose(right.foot_off, 0.62, atol=0.04)


def test_angles_forces_and_excitations_are_resampled(walked: Recording) -> None:
    strides = pooled([cut_strides(walked, side) for side in "rl"])
    knee = angle(strides, "knee_angle").mean(axis=0)
    np.testing.assert_allclose(knee, 30.0 - 30.0 * np.cos(2.0 * np.pi * PHASE), atol=2.5)
    assert not angle(strides, "hip_flexion").any()
    stance = slice(12, 50)
    grf = strides.grf.mean(axis=0)
    np.testing.assert_allclose(grf[stance, 2], 1.0, atol=0.02)  # body weights
    np.testing.assert_allclose(grf[stance, 0], 0.1 * np.sin(2.0 * np.pi * PHASE[stance] / 0.62), atol=0.02)
    np.testing.assert_allclose(grf[:, 1], 0.0, atol=1e-9)  # nothing to the side of the way it goes
    soleus = strides.excitation.mean(axis=0)[:, strides.muscles.index("soleus")]
    np.testing.assert_allclose(soleus, 0.5 + 0.4 * np.sin(2.0 * np.pi * PHASE), atol=0.06)


def test_a_reset_ends_a_cycle() -> None:
    whole, cut = (cut_strides(made_up_walk(jump_at=k), "r") for k in (None, 100))
    assert len(cut) == len(whole) - 1
    lost = set(whole.start.round(6)) - set(cut.start.round(6))
    assert lost == {whole.start[2].round(6)}  # from 2.76 to 3.89 s; the jump is at 3.33 s


def test_scuffs_and_bounces_are_no_strikes() -> None:
    time = np.arange(0.0, 4.0, CTRL_DT)
    force = np.where(np.mod(time, 1.0) < 0.6, WEIGHT, 0.0)
    clean = foot_strikes(force, time, WEIGHT)
    np.testing.assert_allclose(clean, [1.0, 2.0, 3.0], atol=CTRL_DT)
    stubbed = force.copy()
    stubbed[[24, 25]] = 0.6 * WEIGHT  # the toe stubs the floor for two samples
    scuffed = force.copy()
    scuffed[52:57] = 0.1 * WEIGHT  # and drags along it
    for noisy in (stubbed, scuffed):
        np.testing.assert_array_equal(foot_strikes(noisy, time, WEIGHT), clean)


def test_no_walk_no_strides() -> None:
    sim = Simulation(standing_clip(), lambda o: np.zeros((len(o), 80), np.float32), "limp")
    shots = tuple(replace(snapshot_of(sim), run_time=k * CTRL_DT, step=k) for k in range(30))
    strides = cut_strides(Recording(shots, (np.zeros((5, 80)),) * 29, ()), "l")
    assert len(strides) == len(steady(strides)) == 0
    assert strides.angles.shape == (0, 101, len(LEG_JOINTS))
    with pytest.raises(KinesisError, match="0 strides are too few"):
        compare_emg(strides)


# --- people ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORCES)
def test_forces_of_people(name: str) -> None:
    """Schwartz 2008, table values: free speed 0.43 has its second peak at 50 %, push-off 0.18."""
    band = force_band(name, PHASE, 0.4294 * np.sqrt(9.81 * LEG_LENGTH))
    assert band.mean.shape == band.sd.shape == (101,)
    assert (band.sd >= 0.0).all()
    if name == "vertical":
        assert 1.0 < band.mean[:55].max() < 1.25
        assert np.abs(band.mean[65:95]).max() < 0.02
    else:
        assert band.mean[50] == pytest.approx(0.18, abs=0.01)
        assert band.mean[10] == pytest.approx(-0.16, abs=0.01)


def test_forces_grow_with_speed() -> None:
    peaks = [force_band("vertical", PHASE, v).mean.max() for v in (0.6, 1.0, 1.4, 1.8)]
    assert peaks == sorted(peaks)
    assert peaks[-1] - peaks[0] > 0.2


@pytest.mark.parametrize("name", ANGLES)
def test_angle_bands_are_degrees(name: str) -> None:
    band = angle_band(name, PHASE, 1.2)
    assert 4.0 < band.sd.mean() < 9.0
    assert 20.0 < np.ptp(band.mean) < 65.0


def test_emg_of_people_is_where_textbooks_put_it() -> None:
    """Soleus before push-off, tibialis anterior in swing and at the strike, vastus in early stance."""
    for source in ("bovi", "perry"):
        soleus = emg_band(source, "soleus", PHASE, 1.2).mean
        assert 0.35 < PHASE[soleus.argmax()] < 0.55
        shin = emg_band(source, "tibialis anterior", PHASE, 1.2).mean
        assert shin[:8].mean() > 2.0 * shin[25:45].mean()
    vastus = emg_band("bovi", "vastus medialis", PHASE, 1.2).mean
    assert PHASE[vastus.argmax()] < 0.2
    with pytest.raises(KinesisError, match="No EMG of 'soles'"):
        emg_band("bovi", "soles", PHASE, 1.2)


def test_every_compared_muscle_has_its_emg(walked: Recording) -> None:
    names = cut_strides(walked, "r").muscles
    for muscles, bovi, perry in MUSCLES.values():
        assert set(muscles) <= set(names)
        assert bovi is None or bovi in emg_muscles("bovi")
        assert perry in emg_muscles("perry")


def with_human_excitation(walked: Recording, delay: float) -> Recording:
    """The walk driven by Bovi's own curves, ``delay`` [s] later than the EMG."""
    cycles = (walked.series("run_time")[1:] - delay - 0.5) / STRIDE
    u = np.zeros((len(cycles), 80))
    for name, (muscles, bovi, _) in MUSCLES.items():
        for foot, side in enumerate("rl"):
            level = emg_band("bovi", bovi, cycles - 0.5 * foot, SPEED).mean if bovi else np.full(len(u), 0.1)
            for muscle in muscles:
                u[:, muscle_index(f"{muscle}_{side}")] = 0.3 * level if name != APART else 1.0 - level
    return replace(walked, excitations=tuple(np.tile(row, (5, 1)) for row in u))


def test_emg_agreement_finds_the_delay(walked: Recording) -> None:
    late = with_human_excitation(walked, 0.05)
    strides = pooled([cut_strides(late, side) for side in "rl"])
    comparison = compare_emg(strides, delay=0.05)
    rows = {row.muscle: row for row in comparison.rows}
    for name, (_, bovi, _) in MUSCLES.items():
        if bovi is None:
            assert np.isnan(rows[name].bovi)
        elif name == APART:
            assert rows[name].bovi < -0.9
        else:
            assert rows[name].bovi > 0.97
            assert rows[name].bovi > rows[name].bovi_zero_lag
    assert comparison.median("bovi") > 0.98  # rectus femoris does not count
    text = json.dumps(comparison.to_json(), allow_nan=False)
    assert json.loads(text)["median_without_rectus_femoris"]["bovi"] == comparison.median("bovi")
    assert "rectus femoris" in emg_table(comparison)


def test_the_command_line_compares_with_emg(
    walked: Recording, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def made_up(*_: object) -> object:
        late = with_human_excitation(walked, 0.05)
        return pooled([cut_strides(late, side) for side in "rl"])

    monkeypatch.setattr("kinesis_app.evaluation.gait_run.walked_strides", made_up)
    assert main(["evaluate", "--emg", "--json", str(tmp_path / "e.json")]) == 0
    assert "EMG 50 ms earlier" in capsys.readouterr().out
    result = json.loads((tmp_path / "e.json").read_text())
    assert result["emg"]["delay_s"] == 0.05
    assert "clips" not in result
