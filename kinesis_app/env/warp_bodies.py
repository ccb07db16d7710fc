"""Bodies on MuJoCo Warp: the same body in many worlds of one GPU (extra ``warp``).

Physics in single precision, everything else as on the CPU: results agree to rounding, which
contacts amplify. It also runs on Warp's CPU device, to be tested there; that is far slower than
MuJoCo itself.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import mujoco
import numpy as np

from kinesis_app.body.model import N_SUBSTEPS, physics_model
from kinesis_app.env.bodies import PELVIS_ROW, TRACKED_ROWS, Bodies, Frame, origin_velocities
from kinesis_app.errors import KinesisError

_MAX_CONSTRAINTS = 192  # per body; falling heaps of limbs reach 97
_MAX_CONTACTS = 48  # per body, on average; falling heaps of limbs reach 20
_FRAME = ("qpos", "qvel", "act", "xpos", "cvel", "subtree_com")
_STATE = ("qpos", "qvel", "act", "ctrl", "qacc_warmstart", "xfrc_applied")


def _warp() -> tuple[Any, Any]:
    try:
        import mujoco_warp
        import warp
    except ImportError:
        raise KinesisError("'physics: warp' needs MuJoCo Warp: pip install -e '.[warp]'.") from None
    warp.config.log_level = warp.LOG_WARNING  # or it names each of its hundred kernels
    return warp, mujoco_warp


class WarpBodies(Bodies):
    """B copies of the body, stepped together on one device.

    A body whose numbers overflow stands up again where MuJoCo's own bodies would, in the standing pose.

    Args:
        n_bodies: B.
        n_threads: Threads of what is computed beside the physics; all cores by default.
        models: Physics models that the bodies take in turn, the standard one by default. Sizes and
            options must be equal, masses and strengths may differ.
        device: Warp's name of the device; by default this process' GPU, or the CPU if there is none.

    Raises:
        KinesisError: If MuJoCo Warp is not installed or cannot simulate the model.
    """

    def __init__(
        self,
        n_bodies: int,
        n_threads: int | None = None,
        models: Sequence[mujoco.MjModel] = (),
        device: str | None = None,
    ) -> None:
        self._wp, self._mjw = _warp()
        self._models = list(models) or [physics_model()]
        self._start_threads(n_bodies, n_threads)
        self._n = n_bodies
        self.data = []
        self.device = self._wp.get_device(device or self._default_device())
        first = self._models[0]
        data = mujoco.MjData(first)
        mujoco.mj_resetDataKeyframe(first, data, 0)
        mujoco.mj_forward(first, data)
        with self._wp.ScopedDevice(self.device):
            try:
                self._model = self._mjw.put_model(first)
            except NotImplementedError as error:
                raise KinesisError(f"MuJoCo Warp cannot simulate this body: {error}") from None
            self._model.opt.warn_overflow = 0
            self._worlds = self._mjw.put_data(
                first, data, nworld=n_bodies, nconmax=_MAX_CONTACTS, njmax=_MAX_CONSTRAINTS
            )
            self._give_each_its_model()
            self._touch = self._wp.clone(self._worlds.sensordata)
        self._graph: Any = None
        self._host: dict[str, np.ndarray] = {}
        self._fresh: set[str] = set()  # names of the host's arrays that are up to date
        self.reset(np.arange(n_bodies), np.tile(first.key_qpos[0], (n_bodies, 1)))

    def __len__(self) -> int:
        return self._n

    @property
    def model(self) -> mujoco.MjModel:
        return self._models[0]

    def _default_device(self) -> str:
        n = self._wp.get_cuda_device_count()
        return f"cuda:{int(os.environ.get('LOCAL_RANK', '0')) % n}" if n else "cpu"

    def _give_each_its_model(self) -> None:
        """One row per body of every model array in which the models differ."""
        models = [self._models[i % len(self._models)] for i in range(self._n)]
        for name in varying_arrays(self._models):
            array = getattr(self._model, name, None)
            if array is None:  # MuJoCo's compiler knows it, Warp's steps do not need it
                continue
            if array.shape[0] != 1:
                raise KinesisError(f"MuJoCo Warp cannot give each body its own '{name}'.")
            rows = np.array([getattr(model, name) for model in models], dtype=np.float32)
            shape = (self._n, *array.shape[1:])
            rows = rows.reshape(*shape, -1) if rows.size > np.prod(shape) else rows.reshape(shape)
            setattr(self._model, name, self._wp.array(rows, dtype=array.dtype))

    # ------------------------------------------------------------ stepping

    def reset(
        self,
        rows: np.ndarray,
        qpos: np.ndarray,
        qvel: np.ndarray | None = None,
        activation: np.ndarray | None = None,
    ) -> None:
        others = np.ones(self._n, dtype=bool)
        others[rows] = False
        touch = self.array("sensordata").copy()
        values = {"qpos": qpos, "qvel": qvel, "act": activation, "ctrl": activation}
        for name in _STATE:
            array, value = self.array(name), values.get(name)
            array[rows] = 0.0 if value is None else value
            self._upload(name, array)
        before = self.array("qacc_warmstart").copy()
        with self._wp.ScopedDevice(self.device):
            self._mjw.forward(self._model, self._worlds)
            self._wp.copy(self._touch, self._worlds.sensordata)
        self._fresh = set()
        # The other bodies must not notice: their warm start and touch are those of their last step.
        self._upload("qacc_warmstart", np.where(others[:, None], before, self.array("qacc_warmstart")))
        self._keep_touch(np.where(others[:, None], touch, self.array("sensordata")))

    def set_push(self, wrench: np.ndarray) -> None:
        applied = self.array("xfrc_applied").reshape(self._n, -1, 6)
        applied[:, PELVIS_ROW] = wrench
        self._upload("xfrc_applied", applied)

    def step(self, excitation: np.ndarray) -> None:
        for k in range(N_SUBSTEPS):
            self._launch(excitation[:, k])
        self._stand_up_again()

    def substep(self, excitation: np.ndarray) -> None:
        self._launch(excitation)
        self._stand_up_again()

    def _launch(self, excitation: np.ndarray) -> None:
        self._upload("ctrl", excitation)
        with self._wp.ScopedDevice(self.device):
            if self._graph is not None:
                self._wp.capture_launch(self._graph)
            elif self.device.is_cuda:
                self._advance()  # loads the kernels, which a capture must not
                with self._wp.ScopedCapture(self.device) as capture:
                    self._advance()
                self._graph = capture.graph
            else:
                self._advance()
        self._fresh = set()

    def _advance(self) -> None:
        self._mjw.step2(self._model, self._worlds)
        self._wp.copy(self._touch, self._worlds.sensordata)  # step1 clears it
        self._mjw.step1(self._model, self._worlds)

    def _stand_up_again(self) -> None:
        finite = np.isfinite(self.array("qpos")).all(axis=1) & np.isfinite(self.array("qvel")).all(axis=1)
        if not finite.all():
            rows = np.flatnonzero(~finite)
            self.reset(rows, np.tile(self.model.key_qpos[0], (len(rows), 1)))

    # ------------------------------------------------------------ reading and writing

    def array(self, name: str) -> np.ndarray:
        """MjData's array of that name for all bodies on the host, shape (B, ...), float64 or int32.

        The same memory every time, up to date when this returns.
        """
        if name not in self._fresh:
            device = self._touch if name == "sensordata" else getattr(self._worlds, name)
            values = device.numpy()
            if name not in self._host:
                integral = np.issubdtype(values.dtype, np.integer)
                self._host[name] = np.empty(values.shape, np.int32 if integral else np.float64)
            self._host[name][...] = values
            self._fresh.add(name)
        return self._host[name]

    def _upload(self, name: str, values: np.ndarray) -> None:
        host = self.array(name)
        host[...] = np.reshape(values, host.shape)
        getattr(self._worlds, name).assign(host.astype(np.float32))

    def _keep_touch(self, touch: np.ndarray) -> None:
        self._touch.assign(touch.astype(np.float32))
        self._fresh.discard("sensordata")

    def activation(self) -> np.ndarray:
        return self.array("act").copy()

    def frame(self) -> Frame:
        qpos, qvel, act, xpos, cvel, com = (self.array(name) for name in _FRAME)
        pos = xpos[:, TRACKED_ROWS]
        return Frame(
            qpos=qpos.copy(),
            qvel=qvel.copy(),
            activation=act.copy(),
            body_pos=pos,
            body_vel=origin_velocities(cvel[:, TRACKED_ROWS], pos, com[:, PELVIS_ROW]),
            touch=self.array("sensordata").copy(),
        )

    def state(self) -> tuple[np.ndarray, np.ndarray]:
        parts = [self.array(name).reshape(self._n, -1) for name in _STATE]
        return np.concatenate(parts, axis=1), self.array("sensordata").copy()

    def restore(self, physics: np.ndarray, touch: np.ndarray) -> None:
        sizes = [self.array(name).reshape(self._n, -1).shape[1] for name in _STATE]
        parts = np.split(physics, np.cumsum(sizes)[:-1], axis=1)
        for name, part in zip(_STATE, parts, strict=True):
            self._upload(name, part)
        with self._wp.ScopedDevice(self.device):
            self._mjw.step1(self._model, self._worlds)
        self._fresh = set()
        self._keep_touch(touch)

    def addresses(self, names: Sequence[str]) -> np.ndarray:
        arrays = [self.array(name) for name in names]
        first = np.array([array.ctypes.data for array in arrays], dtype=np.int64)
        stride = np.array([array.strides[0] for array in arrays], dtype=np.int64)
        return first + np.arange(self._n, dtype=np.int64)[:, None] * stride


def varying_arrays(models: Sequence[mujoco.MjModel]) -> list[str]:
    """Names of the float arrays in which ``models`` differ from the first."""
    first, names = models[0], []
    for name in dir(first):
        value = getattr(first, name) if not name.startswith("_") else None
        if (
            isinstance(value, np.ndarray)
            and np.issubdtype(value.dtype, np.floating)
            and any(not np.array_equal(value, getattr(model, name)) for model in models[1:])
        ):
            names.append(name)
    return names
