"""The 80 muscles by name: where they are, what they cross, their Hill parameters and equations.

Parameter names are OpenSim's. MuJoCo's muscle has a rigid tendon and no pennation, so
force = gain(length, velocity) * activation + bias(length), tension negative.
Equations: MuJoCo documentation, "Muscles"; activation dynamics after Millard et al. 2013.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.body.model import SIM_DT, physics_model

N_MUSCLES = 80

_GROUPS = {
    "hip flexors": ("iliacus", "psoas", "sart", "tfl"),
    "hip extensors": ("glmax1", "glmax2", "glmax3"),
    "hip abductors": ("glmed1", "glmed2", "glmed3", "glmin1", "glmin2", "glmin3", "piri"),
    "hip adductors": (
        "addbrev", "addlong", "addmagDist", "addmagIsch", "addmagMid", "addmagProx", "grac",
    ),
    "quadriceps": ("recfem", "vasint", "vaslat", "vasmed"),
    "hamstrings": ("bflh", "bfsh", "semimem", "semiten"),
    "plantarflexors": ("gaslat", "gasmed", "soleus", "tibpost", "fdl", "fhl", "perbrev", "perlong"),
    "dorsiflexors": ("tibant", "edl", "ehl"),
}  # fmt: skip
GROUPS = tuple(_GROUPS)
_GROUP_OF = {muscle: group for group, members in _GROUPS.items() for muscle in members}


@dataclass(frozen=True)
class MuscleTable:
    """One row per muscle, in the model's actuator order; all arrays have shape (80, ...).

    Attributes:
        names: Muscle names with side, e.g. ``soleus_r``.
        side: ``r`` or ``l``.
        group: Functional group, one of ``GROUPS``.
        joints: Names of the independent joints with a moment arm over 3 mm when standing.
        optimal_fiber_length: [m].
        tendon_slack_length: [m].
        max_isometric_force: [N].
        length_min, length_max: Active range of fibre length [optimal lengths].
        max_contraction_velocity: [optimal lengths / s].
        passive_force: Passive force at ``length_max`` [max isometric force].
        eccentric_force: Active force while lengthening fast [max isometric force].
        time_constants: Activation and deactivation [s], shape (80, 2).
    """

    names: tuple[str, ...]
    side: tuple[str, ...]
    group: tuple[str, ...]
    joints: tuple[tuple[str, ...], ...]
    optimal_fiber_length: np.ndarray
    tendon_slack_length: np.ndarray
    max_isometric_force: np.ndarray
    length_min: np.ndarray
    length_max: np.ndarray
    max_contraction_velocity: np.ndarray
    passive_force: np.ndarray
    eccentric_force: np.ndarray
    time_constants: np.ndarray


@functools.cache
def muscle_table() -> MuscleTable:
    """The table of MyoLegs' muscles."""
    model = physics_model()
    names = tuple(model.actuator(i).name for i in range(model.nu))
    prm = model.actuator_gainprm
    length_range, unit_range = model.actuator_lengthrange, prm[:, 0:2]
    fiber = (length_range[:, 1] - length_range[:, 0]) / (unit_range[:, 1] - unit_range[:, 0])
    return MuscleTable(
        names=names,
        side=tuple(name[-1] for name in names),
        group=tuple(_GROUP_OF[name[:-2]] for name in names),
        joints=_crossed_joints(model),
        optimal_fiber_length=fiber,
        tendon_slack_length=length_range[:, 0] - unit_range[:, 0] * fiber,
        max_isometric_force=prm[:, 2].copy(),
        length_min=prm[:, 4].copy(),
        length_max=prm[:, 5].copy(),
        max_contraction_velocity=prm[:, 6].copy(),
        passive_force=prm[:, 7].copy(),
        eccentric_force=prm[:, 8].copy(),
        time_constants=model.actuator_dynprm[:, :2].copy(),
    )


def muscle_index(name: str) -> int:
    """Row of a muscle; an unknown name raises ``KeyError`` that names the nearest ones."""
    names = muscle_table().names
    if name in names:
        return names.index(name)
    near = [n for n in names if re.sub("_[rl]$", "", n) == name] or [n for n in names if name[:4] in n]
    hint = f" Did you mean {', '.join(near[:4])}?" if near else ""
    raise KeyError(f"Muscle '{name}' is not in 'myolegs'.{hint}")


def moment_arms(model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
    """Dense d(muscle length)/d(qvel) at the current pose [m or m/rad], shape (80, 34)."""
    arms = np.zeros((model.nu, model.nv))
    mujoco.mju_sparse2dense(
        arms, data.actuator_moment, data.moment_rownnz, data.moment_rowadr, data.moment_colind
    )
    return arms


def _crossed_joints(model: mujoco.MjModel) -> tuple[tuple[str, ...], ...]:
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    crosses = np.abs(moment_arms(model, data)[:, joint_table().dof_adr]) > 0.003
    return tuple(tuple(JOINT_NAMES[j] for j in np.flatnonzero(row)) for row in crosses)


def fiber_length(length: np.ndarray) -> np.ndarray:
    """Normalised fibre length of muscle-tendon lengths [m] (..., 80), in optimal lengths."""
    table = muscle_table()
    return (length - table.tendon_slack_length) / table.optimal_fiber_length


def gain(length: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Active force at full activation [N], negative (pulling), shape (..., 80).

    Args:
        length: Muscle-tendon length [m], shape (..., 80).
        velocity: Muscle-tendon velocity [m/s], shape (..., 80).
    """
    t = muscle_table()
    v = velocity / (t.optimal_fiber_length * t.max_contraction_velocity)
    y = t.eccentric_force - 1.0
    shortening = np.square(np.clip(v + 1.0, 0.0, 1.0))
    lengthening = t.eccentric_force - np.square(y - np.clip(v, 0.0, y)) / y
    force_velocity = np.where(v <= 0.0, shortening, lengthening)
    return -t.max_isometric_force * _force_length(fiber_length(length)) * force_velocity


def _force_length(fiber: np.ndarray) -> np.ndarray:
    t = muscle_table()
    a, b = 0.5 * (t.length_min + 1.0), 0.5 * (1.0 + t.length_max)
    rising = 0.5 * np.square((fiber - t.length_min) / (a - t.length_min))
    left = 1.0 - 0.5 * np.square((1.0 - fiber) / (1.0 - a))
    right = 1.0 - 0.5 * np.square((fiber - 1.0) / (b - 1.0))
    falling = 0.5 * np.square((t.length_max - fiber) / (t.length_max - b))
    curve = np.where(fiber <= a, rising, np.where(fiber <= 1.0, left, np.where(fiber <= b, right, falling)))
    return np.where((fiber < t.length_min) | (fiber > t.length_max), 0.0, curve)


def bias(length: np.ndarray) -> np.ndarray:
    """Passive force [N], negative (pulling), shape (..., 80), at lengths [m] (..., 80)."""
    t = muscle_table()
    b = 0.5 * (1.0 + t.length_max)
    x = (fiber_length(length) - 1.0) / (b - 1.0)
    curve = np.where(x <= 1.0, 0.5 * np.square(np.maximum(x, 0.0)), x - 0.5)
    return -t.max_isometric_force * t.passive_force * curve


def time_constant(excitation: np.ndarray, activation: np.ndarray) -> np.ndarray:
    """Current time constant of the activation dynamics [s], shape (..., 80)."""
    rise, fall = muscle_table().time_constants.T
    scale = 0.5 + 1.5 * _unit(activation)
    return np.where(excitation > activation, rise * scale, fall / scale)


def step_activation(excitation: np.ndarray, activation: np.ndarray, dt: float = SIM_DT) -> np.ndarray:
    """Activation one physics step later, as MuJoCo integrates it; shapes (..., 80).

    MuJoCo's explicit Euler does not clamp: full excitation from rest overshoots 1 at 150 Hz,
    because the fastest time constant (5 ms) is shorter than the step.
    """
    return activation + dt * (excitation - activation) / time_constant(excitation, activation)


def excitation_for(target: np.ndarray, activation: np.ndarray, dt: float = SIM_DT) -> np.ndarray:
    """Excitation that brings ``activation`` to ``target`` in one step, as far as [0, 1] allows.

    Inverts the first-order dynamics: u = a + (a* - a) tau / dt. Shapes (..., 80).
    """
    tau = time_constant(target, activation)
    return _unit(activation + (target - activation) * tau / dt)


def _unit(x: np.ndarray) -> np.ndarray:
    """x within [0, 1]; for one body a third of ``np.clip``'s time, and it is called ten times a step."""
    return np.minimum(np.maximum(x, 0.0), 1.0)
