"""What experiments do to muscles, body and floor, against hand-worked numbers and second methods."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import mujoco
import numpy as np
import pytest
from clips import standing_clip

from kinesis_app.body.model import CTRL_DT, physics_model
from kinesis_app.body.muscles import muscle_index, muscle_table
from kinesis_app.errors import KinesisError
from kinesis_app.evaluation import evaluate
from kinesis_app.experiment import NORMAL, Experiment, Fatigue, TimedPush
from kinesis_app.experiment.conditions import changed_excitation, conditions
from kinesis_app.experiment.fatigue import ANKLE, KNEE, REST_RECOVERY, TRUNK, endurance, rates, tire
from kinesis_app.experiment.gait_phase import GaitPhase, next_phase
from kinesis_app.experiment.physics import apply, gravity_on_slope, private_model
from kinesis_app.experiment.presets import PRESETS
from kinesis_app.experiment.pushes import begin, force
from kinesis_app.experiment.selection import selected, selectors, spread
from kinesis_app.policy.onnx_policy import read_policy
from kinesis_app.session.look import snapshot_of
from kinesis_app.session.simulation import Simulation
from kinesis_app.shipped import shipped_folder

LEVEL = np.full((5, 80), 0.4)
FRESH = np.zeros(80)


def steady(observation: np.ndarray) -> np.ndarray:
    return np.full((len(observation), 80), 0.1, np.float32)


def simulation(experiment: Experiment = NORMAL) -> Simulation:
    return Simulation(standing_clip(10.0), steady, "steady", experiment=experiment)


# --- muscles by name -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "count"),
    [("all", 80), ("left", 40), ("soleus", 2), ("soleus_r", 1), ("quadriceps", 8), ("quadriceps_l", 4)],
)
def test_selectors_name_muscles(word: str, count: int) -> None:
    rows = selected(word)
    assert len(rows) == count
    if word.endswith(("_l", "left")):
        assert {muscle_table().side[i] for i in rows} == {"l"}


def test_every_selector_names_something_and_a_typo_is_helped() -> None:
    assert all(selected(word) for word in selectors())
    with pytest.raises(KinesisError, match=r"'solues' names no muscle\. Did you mean soleus"):
        selected("solues")


def test_the_particular_wins_in_any_order() -> None:
    for pairs in ({"all": 0.5, "soleus": 0.2, "soleus_l": 0.9}, {"soleus_l": 0.9, "soleus": 0.2, "all": 0.5}):
        out = spread(pairs, 1.0)
        assert out[muscle_index("soleus_l")] == 0.9
        assert out[muscle_index("soleus_r")] == 0.2
        assert out[muscle_index("tibant_r")] == 0.5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("strength", {"soleus": -0.1}),
        ("strength", {"nothing": 0.5}),
        ("excitation", {"soleus": 1.1}),
        ("paralysed", ("sole",)),
        ("noise", float("nan")),
        ("gravity", True),
        ("slope", 45.0),
        ("mass", 0.0),
        ("seed", -1),
    ],
)
def test_what_no_experiment_could_mean_is_refused(field: str, value: object) -> None:
    with pytest.raises(KinesisError):
        dataclasses.replace(NORMAL, **{field: value})


# --- excitations -----------------------------------------------------------------------------


def test_nothing_changes_nothing() -> None:
    assert changed_excitation(conditions(NORMAL), LEVEL, FRESH, 7) is LEVEL


def test_paralysis_and_held_excitation() -> None:
    experiment = Experiment(paralysed=("dorsiflexors_r",), excitation={"soleus": 0.9, "tibant": 0.3})
    out = changed_excitation(conditions(experiment), LEVEL, FRESH, 0)
    assert (out[:, muscle_index("tibant_r")] == 0.0).all()  # paralysis wins
    assert (out[:, muscle_index("tibant_l")] == 0.3).all()
    assert (out[:, muscle_index("soleus_l")] == 0.9).all()
    assert (out[:, muscle_index("recfem_l")] == 0.4).all()


def test_noise_grows_with_the_signal_and_repeats_with_its_seed() -> None:
    out = np.array(
        [changed_excitation(conditions(Experiment(noise=0.2)), LEVEL, FRESH, k) for k in range(400)]
    )
    assert out.mean() == pytest.approx(0.4, rel=0.005)
    assert out.std() == pytest.approx(0.2 * 0.4, rel=0.02)
    quiet = changed_excitation(conditions(Experiment(noise=0.2)), np.zeros((5, 80)), FRESH, 3)
    assert not quiet.any()
    for seed, same in ((0, True), (1, False)):
        again = changed_excitation(conditions(Experiment(noise=0.2, seed=seed)), LEVEL, FRESH, 3)
        assert np.array_equal(again, out[3]) == same


def test_a_paralysed_muscle_falls_silent_and_a_weak_one_pulls_less() -> None:
    runs = {}
    for name, experiment in (
        ("normal", NORMAL),
        ("weak", Experiment(strength={"soleus_r": 0.25})),
        ("gone", Experiment(paralysed=("soleus_r",))),
    ):
        sim = simulation(experiment)
        for _ in range(15):
            sim.step()
        runs[name] = snapshot_of(sim)
    row = muscle_index("soleus_r")
    assert runs["gone"].activation[row] < 1e-3 < 0.09 < runs["normal"].activation[row]
    assert runs["gone"].excitation[row] == 0.0
    np.testing.assert_allclose(runs["weak"].activation[row], runs["normal"].activation[row], atol=1e-6)


def test_weakness_scales_active_force_alone() -> None:
    model, data = private_model(), None
    forces = {}
    for scale in (1.0, 0.25):
        apply(Experiment(strength={"all": scale}), model)
        for active in (0.0, 0.7):
            data = mujoco.MjData(model)
            mujoco.mj_resetDataKeyframe(model, data, 0)
            data.act[:] = active
            mujoco.mj_forward(model, data)
            forces[scale, active] = data.actuator_force.copy()
    np.testing.assert_array_equal(forces[0.25, 0.0], forces[1.0, 0.0])  # passive
    active = {scale: forces[scale, 0.7] - forces[scale, 0.0] for scale in (1.0, 0.25)}
    np.testing.assert_allclose(active[0.25], 0.25 * active[1.0], atol=1e-9)


# --- fatigue ---------------------------------------------------------------------------------


def three_compartments(load: float, f: float, r: float, dt: float = 0.02) -> float:
    """Endurance [s] of the full model with its drive L = 10 (Xia & Frey-Law 2008), by Euler steps."""
    active, resting, tired, time, drive = 0.0, 1.0, 0.0, 0.0, 10.0
    while time < 3600.0:
        c = drive * min(load - active, resting) if active < load else drive * (load - active)
        active, resting, tired = (
            active + dt * (c - f * active),
            resting + dt * (-c + r * tired),
            tired + dt * (f * active - r * tired),
        )
        time += dt
        if time > 2.0 and active < 0.995 * load:
            return time
    return float("inf")


@pytest.mark.parametrize("load", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("joint", [ANKLE, KNEE, TRUNK])
def test_endurance_is_that_of_the_full_model(load: float, joint: tuple[float, float]) -> None:
    assert endurance(load, *joint) == pytest.approx(three_compartments(load, *joint), rel=0.06, abs=2.0)


@pytest.mark.parametrize(("load", "published"), [(0.3, 186.4), (0.5, 71.3), (0.6, 50.6)])
def test_knee_endurance_agrees_with_people(load: float, published: float) -> None:
    """Frey Law & Avin 2010, Ergonomics 53:109: knee, 19.38 load^-1.88 s over many studies."""
    assert published == pytest.approx(19.38 * load**-1.88, rel=0.01)
    assert endurance(load, *KNEE) == pytest.approx(published, rel=0.25)


def test_a_held_load_tires_until_it_cannot_be_held() -> None:
    """The session's own stepping against the closed form."""
    load, dt, tired = 0.5, CTRL_DT, FRESH
    time = 0.0
    while (1.0 - tired[muscle_index("vaslat_r")]) > load:
        tired = tire(tired, np.full(80, load), np.full(80, load), dt)
        time += dt
    assert time == pytest.approx(endurance(load, *KNEE), abs=0.1)


def test_rest_recovers_r_times_faster() -> None:
    tired = np.full(80, 0.6)
    rested = tire(tired, FRESH, FRESH, 30.0)
    np.testing.assert_allclose(rested, 0.6 * np.exp(-REST_RECOVERY * rates()[:, 1] * 30.0), rtol=1e-12)
    busy = tire(tired, FRESH, np.full(80, 0.2), 30.0)
    assert (busy > rested).all()


def test_fatigue_caps_excitation_and_shows() -> None:
    sim = simulation(Experiment(fatigue=Fatigue(pace=300.0, start=0.95), excitation={"soleus_r": 1.0}))
    sim.step()
    assert sim.excitation[muscle_index("tibant_r")] <= 0.05 + 1e-9
    for _ in range(30):
        sim.step()
    fatigue = snapshot_of(sim).fatigue
    assert fatigue[muscle_index("tibant_r")] < 0.95 < 1.0
    sim.set_experiment(NORMAL)
    sim.step()
    assert not snapshot_of(sim).fatigue.any()


# --- body and floor --------------------------------------------------------------------------


def test_the_cached_model_is_never_touched_and_normal_restores_all() -> None:
    arrays = [name for name in dir(physics_model()) if isinstance(getattr(physics_model(), name), np.ndarray)]
    before = {name: getattr(physics_model(), name).copy() for name in arrays}
    sim = simulation(Experiment(strength={"all": 0.3}, mass=1.4, friction=0.2, gravity=3.0, slope=5.0))
    sim.step()
    sim.set_experiment(NORMAL)
    for name in arrays:
        np.testing.assert_array_equal(getattr(physics_model(), name), before[name], err_msg=name)
        np.testing.assert_array_equal(getattr(sim.bodies.model, name), before[name], err_msg=name)


def test_the_floor_carries_the_scaled_weight() -> None:
    """Standing quietly, ground reaction over a second is mass times gravity."""
    weight = physics_model().body_mass.sum()
    for experiment, expected in (
        (NORMAL, 9.81 * weight),
        (Experiment(mass=1.3), 1.3 * 9.81 * weight),
        (Experiment(gravity=1.62), 1.62 * weight),
    ):
        model = private_model()
        apply(experiment, model)
        data = mujoco.MjData(model)
        mujoco.mj_resetDataKeyframe(model, data, 0)
        mujoco.mj_forward(model, data)
        # Free fall needs no contact: qfrc_bias of a resting body is its weight.
        assert data.qfrc_bias[2] == pytest.approx(expected, rel=1e-9)


def test_a_slope_pulls_backwards_and_loses_no_gravity() -> None:
    pull = gravity_on_slope(9.81, 5.0)
    assert np.linalg.norm(pull) == pytest.approx(9.81)
    assert pull[0] == pytest.approx(-0.8550, abs=1e-4)  # 9.81 sin 5
    assert pull[1] == 0.0


def test_a_slippery_floor_lets_the_foot_slide() -> None:
    """A box of the body's own feet pushed sideways: on ice it slides, on the floor it holds."""
    slid = {}
    for friction in (None, 0.02):
        sim = simulation(Experiment(friction=friction))
        for _ in range(3):
            sim.step()
        x = sim.bodies.data[0].body("calcn_r").xpos[1]
        sim.push((0.0, 60.0, 0.0), 0.5)
        for _ in range(9):
            sim.step()
        slid[friction] = abs(sim.bodies.data[0].body("calcn_r").xpos[1] - x)
    assert slid[0.02] > 3.0 * slid[None] + 0.003


# --- pushes ----------------------------------------------------------------------------------


def test_a_timed_push_begins_and_ends_on_time() -> None:
    sim = simulation(Experiment(pushes=(TimedPush(50.0, 0.1, 90.0, at=0.3),)))
    seen = []
    for _ in range(16):
        seen.append(snapshot_of(sim).push)
        sim.step()
    np.testing.assert_allclose([np.linalg.norm(f) for f in seen], [0.0] * 9 + [50.0] * 3 + [0.0] * 4)
    forward = np.array([0.0, -1.0])  # so the clip faces: left is +x
    assert abs(seen[10][:2] @ forward) < 5.0 < seen[10][0]
    sim.reset()
    for _ in range(10):
        sim.step()
    assert snapshot_of(sim).push.any()  # and again after a reset


def test_moving_a_slider_does_not_push_again() -> None:
    pushes = (TimedPush(50.0, 0.1, at=0.1),)
    sim = simulation(Experiment(pushes=pushes))
    for _ in range(10):
        sim.step()
    sim.set_experiment(Experiment(pushes=pushes, strength={"soleus": 0.5}))
    for _ in range(10):
        assert not snapshot_of(sim).push.any()
        sim.step()


def walk_touch(step: int, stride: int = 33) -> np.ndarray:
    """Foot sensors of a walk: stance 60 %, the left foot half a stride later."""
    right = (step % stride) < 0.6 * stride
    left = ((step + stride // 2) % stride) < 0.6 * stride
    return np.array([400.0 * right, 100.0 * right, 400.0 * left, 100.0 * left])


def test_the_gait_phase_counts_from_strike_to_strike() -> None:
    phase = GaitPhase()
    for step in range(1, 120):
        phase = next_phase(phase, walk_touch(step))
    assert phase.stride == (33, 33)
    # Strikes at multiples of 33; now at 119 = 3 * 33 + 20.
    assert phase.fraction()[0] == pytest.approx(20 / 33)
    for _ in range(200):
        phase = next_phase(phase, np.full(4, 300.0))  # it stands
    assert np.isnan(phase.fraction()).all()


def test_a_push_at_a_phase_begins_there_once() -> None:
    pushes = (TimedPush(80.0, 0.1, 0.0, at=2.5, phase=0.3),)
    started, phase, pushed = (None,), GaitPhase(), []
    for step in range(1, 200):
        before, phase = phase, next_phase(phase, walk_touch(step))
        fractions = (float(before.fraction()[0]), float(phase.fraction()[0]))
        started = begin(pushes, started, step, fractions, np.pi / 2)
        if force(pushes, started, step).any():
            pushed.append(step)
    # First strike after 2.5 s = step 75 that has phase 0.3: 2 * 33 + 0.3 * 33 = 75.9 -> 76.
    assert pushed == [76, 77, 78]
    np.testing.assert_allclose(started[0].force, (0.0, 80.0, 0.0), atol=1e-12)


# --- presets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_presets_change_something_and_run(name: str) -> None:
    experiment = PRESETS[name]
    assert experiment.changes
    sim = simulation(experiment)
    for _ in range(2):
        sim.step()
    assert snapshot_of(sim).experiment is experiment


# --- slow nerves -----------------------------------------------------------------------------


def counting() -> Callable[[np.ndarray], np.ndarray]:
    """A policy that asks for 0.1, 0.2, 0.3 ... of all muscles."""
    calls = itertools.count(1)
    return lambda observation: np.full((len(observation), 80), 0.1 * next(calls), np.float32)


def test_commands_arrive_late_and_a_change_of_delay_loses_no_time() -> None:
    late = Simulation(standing_clip(10.0), counting(), "counting", experiment=Experiment(delay=2))
    reached = []
    for step in range(6):
        if step == 4:
            late.set_experiment(Experiment(delay=1))
        late.step()
        reached.append(round(float(late.frame.activation.mean()), 1))
    # 0.1 stands for the two before it; then 0.4 is on its way alone, 0.3 is dropped.
    assert reached == [0.1, 0.1, 0.1, 0.2, 0.4, 0.5]
    before = late.treatment.state.on_their_way
    late.step()
    late.go_back_to(late.run_step - 1)
    np.testing.assert_array_equal(late.treatment.state.on_their_way, before)


def test_foresight_lets_the_shipped_policy_stand_slow_nerves() -> None:
    """It stands for three seconds; without the forward model it sways away further than the bar allows."""
    policy = read_policy(shipped_folder("policies") / "locomotion.onnx")
    late = Simulation(standing_clip(10.0), policy, experiment=Experiment(delay=1))
    for _ in range(90):
        late.step()
    assert not late.fallen
    assert late.body_error < 0.05
    assert not evaluate(policy, [standing_clip(3.0)], delay=1, foresight=False).clips[0].success_025


def test_a_delay_is_a_whole_number_of_steps() -> None:
    with pytest.raises(KinesisError, match=r"delay: 6 is not within 0 to 5 control steps\."):
        Experiment(delay=6)
    with pytest.raises(KinesisError, match=r"delay: 0\.5 is not a whole number of control steps\."):
        Experiment(delay=0.5)  # type: ignore[arg-type]
