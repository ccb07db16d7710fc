"""A batch of simulated bodies, stepped by muscle excitations alone."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.kinematics import BODIES, TRACKED_INDEX
from kinesis_app.body.model import N_SUBSTEPS, physics_model
from kinesis_app.body.rotations import cross
from kinesis_app.env.physics_state import physics_state, restore_physics

TRACKED_ROWS = TRACKED_INDEX + 1  # row 0 of MuJoCo's body arrays is the world
PELVIS_ROW = BODIES.index("pelvis") + 1


@dataclass(frozen=True)
class Frame:
    """State of B bodies at one instant; world frame, SI units.

    Attributes:
        qpos: shape (B, 35).
        qvel: shape (B, 34).
        activation: Muscle activation, shape (B, 80).
        body_pos: KINESIS' seven bodies [m], shape (B, 7, 3), in the order of ``TRACKED``.
        body_vel: Velocities of their origins [m/s], shape (B, 7, 3).
        touch: Foot contact sensors [N], shape (B, 4): right foot and toes, left foot and toes.
    """

    qpos: np.ndarray
    qvel: np.ndarray
    activation: np.ndarray
    body_pos: np.ndarray
    body_vel: np.ndarray
    touch: np.ndarray


def origin_velocities(cvel: np.ndarray, pos: np.ndarray, com: np.ndarray) -> np.ndarray:
    """Velocities of bodies' origins [m/s], shape (B, n, 3).

    Args:
        cvel: MuJoCo's [angular, linear] at the tree's centre of mass, shape (B, n, 6).
        pos: Origins [m], shape (B, n, 3).
        com: The tree's centre of mass [m], shape (B, 3).
    """
    return cvel[..., 3:] + cross(cvel[..., :3], pos - com[:, None])


def step_body(data: mujoco.MjData, excitation: np.ndarray) -> None:
    """Advance one body by a control step under the excitation of each substep (N_SUBSTEPS, 80)."""
    model = data.model
    for k in range(N_SUBSTEPS):
        data.ctrl[:] = excitation[k]
        mujoco.mj_step2(model, data)
        mujoco.mj_step1(model, data)


class Bodies:
    """B copies of the body in B ``MjData``, stepped on a pool of threads.

    Each physics step runs ``mj_step2`` and then ``mj_step1``, so that positions, velocities and
    muscle lengths are current when it returns. The result does not depend on ``n_threads``.

    Args:
        n_bodies: B.
        n_threads: Threads to step on; all cores by default, but never more than bodies.
        models: Physics models that the bodies take in turn, the standard one by default; a private
            copy lets an experiment change friction or gravity.
    """

    def __init__(
        self, n_bodies: int, n_threads: int | None = None, models: Sequence[mujoco.MjModel] = ()
    ) -> None:
        models = models or [physics_model()]
        self.data = [mujoco.MjData(models[i % len(models)]) for i in range(n_bodies)]
        self._start_threads(n_bodies, n_threads)
        self.reset(np.arange(n_bodies), np.tile(models[0].key_qpos[0], (n_bodies, 1)))

    def _start_threads(self, n_bodies: int, n_threads: int | None) -> None:
        self.n_threads = min(n_threads or os.cpu_count() or 1, n_bodies)
        bounds = np.linspace(0, n_bodies, self.n_threads + 1).astype(int)
        self.chunks = [range(a, b) for a, b in itertools.pairwise(bounds)]
        self._pool = ThreadPoolExecutor(self.n_threads) if self.n_threads > 1 else None

    def __len__(self) -> int:
        return len(self.data)

    @property
    def model(self) -> mujoco.MjModel:
        """Model of the first body; the only one unless the bodies differ."""
        return self.data[0].model

    def in_chunks(self, work: Callable[[range], None]) -> None:
        """Run ``work`` on every chunk of bodies, one thread each, and wait."""
        if self._pool is None:
            work(self.chunks[0])
        else:
            for future in [self._pool.submit(work, chunk) for chunk in self.chunks]:
                future.result()

    def reset(
        self,
        rows: np.ndarray,
        qpos: np.ndarray,
        qvel: np.ndarray | None = None,
        activation: np.ndarray | None = None,
    ) -> None:
        """Put the bodies ``rows`` (n,) into states qpos (n, 35), qvel (n, 34), activation (n, 80)."""
        for i, row in enumerate(rows):
            data = self.data[row]
            mujoco.mj_resetData(data.model, data)
            data.qpos[:] = qpos[i]
            if qvel is not None:
                data.qvel[:] = qvel[i]
            if activation is not None:
                data.act[:] = activation[i]
                data.ctrl[:] = activation[i]
            mujoco.mj_forward(data.model, data)

    def set_push(self, wrench: np.ndarray) -> None:
        """External force [N] and torque [Nm] on each pelvis in the world frame, shape (B, 6)."""
        for data, row in zip(self.data, wrench, strict=True):
            data.xfrc_applied[PELVIS_ROW] = row

    def step(self, excitation: np.ndarray) -> None:
        """Advance one control step.

        Args:
            excitation: Muscle excitation of each substep in [0, 1], shape (B, N_SUBSTEPS, 80).
        """

        def work(chunk: range) -> None:
            for i in chunk:
                step_body(self.data[i], excitation[i])

        self.in_chunks(work)

    def substep(self, excitation: np.ndarray) -> None:
        """Advance one physics step under excitation (B, 80)."""

        def work(chunk: range) -> None:
            for i in chunk:
                data = self.data[i]
                data.ctrl[:] = excitation[i]
                mujoco.mj_step2(data.model, data)
                mujoco.mj_step1(data.model, data)

        self.in_chunks(work)

    def activation(self) -> np.ndarray:
        """Muscle activations, shape (B, 80)."""
        return np.array([data.act for data in self.data])

    def state(self) -> tuple[np.ndarray, np.ndarray]:
        """All that decides the next steps, for :meth:`restore`, one row per body; and touch [N], (B, 4)."""
        return (
            np.array([physics_state(data) for data in self.data]),
            np.array([data.sensordata for data in self.data]),
        )

    def restore(self, physics: np.ndarray, touch: np.ndarray) -> None:
        """Take over what :meth:`state` gave; the next steps repeat to the last bit."""

        def work(chunk: range) -> None:
            for i in chunk:
                restore_physics(self.data[i], physics[i], touch[i])

        self.in_chunks(work)

    def addresses(self, names: Sequence[str]) -> np.ndarray:
        """Where MjData's arrays of these names lie in memory, shape (B, len(names)), for compiled code."""
        rows = [[getattr(data, name).ctypes.data for name in names] for data in self.data]
        return np.array(rows, dtype=np.int64)

    def frame(self) -> Frame:
        """Copy of the current state of all bodies."""
        data = self.data
        com = np.array([d.subtree_com[PELVIS_ROW] for d in data])
        pos = np.array([d.xpos for d in data])[:, TRACKED_ROWS]
        vel = origin_velocities(np.array([d.cvel for d in data])[:, TRACKED_ROWS], pos, com)
        return Frame(
            qpos=np.array([d.qpos for d in data]),
            qvel=np.array([d.qvel for d in data]),
            activation=np.array([d.act for d in data]),
            body_pos=pos,
            body_vel=vel,
            touch=np.array([d.sensordata for d in data]),
        )

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()
