"""The past of a run as arrays, for plots."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import numpy as np

from kinesis_app.body.joints import joint_angles
from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.session.messages import Snapshot

SECONDS = 120.0
LENGTH = round(SECONDS / CTRL_DT)
_ROOM = 2 * LENGTH
_WIDTHS = {
    "time": (), "motion_time": (), "activation": (N_MUSCLES,), "joints": (14,), "wanted_joints": (14,),
    "grf": (2, 3), "error": (), "speed": (), "wanted_speed": (), "reward": (),
}  # fmt: skip


class Traces:
    """Samples of the last two minutes, in order of their run time.

    The properties are views of shape (n, ...), valid until the next :meth:`extend`.
    """

    def __init__(self) -> None:
        self._data: dict[str, np.ndarray] = {
            name: np.zeros((_ROOM, *shape), dtype=np.float32) for name, shape in _WIDTHS.items()
        }
        self._data["time"] = np.zeros(_ROOM)
        self._terms: dict[str, np.ndarray] = {}
        self._watched: dict[str, tuple[Callable[[Snapshot], float], np.ndarray]] = {}
        self._first = self._end = 0
        self.version = 0
        """Changes whenever a sample does."""

    def __len__(self) -> int:
        return self._end - self._first

    def __getitem__(self, name: str) -> np.ndarray:
        """One array: ``time`` (run time [s]), ``motion_time`` [s], ``activation`` (n, 80),
        ``joints`` and ``wanted_joints`` [rad] (n, 14), ``grf`` [N] (n, 2, 3), ``error`` [mm],
        ``speed`` and ``wanted_speed`` [m/s], ``reward``.
        """
        return self._data[name][self._first : self._end]

    @property
    def reward_terms(self) -> dict[str, np.ndarray]:
        """Terms of the reward by name, each of shape (n,)."""
        return {name: values[self._first : self._end] for name, values in self._terms.items()}

    def watch(self, name: str, read: Callable[[Snapshot], float], past: Sequence[Snapshot] = ()) -> None:
        """Keep one more number of each sample from now on, and of those of ``past`` that are kept here."""
        values = np.full(_ROOM, np.nan)
        for shot in past if len(self) else ():
            i = self._first + self.row_at(shot.run_time)
            if abs(self._data["time"][i] - shot.run_time) < 0.5 * CTRL_DT:
                values[i] = read(shot)
        self._watched[name] = (read, values)
        self.version += 1

    def unwatch(self, name: str) -> None:
        """Keep this number no more."""
        self._watched.pop(name, None)
        self.version += 1

    def watched(self, name: str) -> np.ndarray:
        """A number that is watched, shape (n,); empty if it is not."""
        return self._watched[name][1][self._first : self._end] if name in self._watched else np.zeros(0)

    @property
    def newest(self) -> float:
        """Run time of the newest sample [s]; 0 if there is none."""
        return float(self._data["time"][self._end - 1]) if len(self) else 0.0

    def extend(self, samples: Sequence[Snapshot]) -> None:
        """Take in new samples; those that a branch repeats replace the old ones."""
        for shot in samples:
            self.truncate(shot.run_time - 0.5 * CTRL_DT)
            if self._end == _ROOM:
                self._make_room()
            self._put(self._end, shot)
            self._end += 1
            self._first = max(self._first, self._end - LENGTH)
        self.version += bool(samples)

    def truncate(self, run_time: float) -> None:
        """Forget samples after ``run_time`` [s]: the run went on from there."""
        while self._end > self._first and self._data["time"][self._end - 1] > run_time + 1e-6:
            self._end -= 1
            self.version += 1

    def rows(self, limits: tuple[float, float]) -> slice:
        """Samples within run times, one more on either side."""
        first, last = np.searchsorted(self["time"], limits)
        return slice(max(int(first) - 1, 0), int(last) + 1)

    def row_at(self, run_time: float) -> int:
        """The sample nearest to a run time; there must be one."""
        time = self["time"]
        i = int(np.clip(np.searchsorted(time, run_time), 1, max(len(time) - 1, 1)))
        return i - 1 if len(time) < 2 or run_time - time[i - 1] < time[i] - run_time else i

    def copy(self) -> Traces:
        """A copy that stays as it is."""
        return copy.deepcopy(self)

    def _put(self, i: int, shot: Snapshot) -> None:
        data = self._data
        data["time"][i], data["motion_time"][i] = shot.run_time, shot.time
        data["activation"][i] = shot.activation
        data["joints"][i], data["wanted_joints"][i] = (
            joint_angles(shot.qpos),
            joint_angles(shot.reference_qpos),
        )
        data["grf"][i] = shot.grf
        data["error"][i] = 1e3 * shot.body_error
        data["speed"][i] = np.hypot(shot.qvel[0], shot.qvel[1])
        # A command asks for many speeds, one after the other.
        steady = shot.walking_speed is not None and shot.task is None
        data["wanted_speed"][i] = shot.walking_speed if steady else np.nan
        data["reward"][i] = sum(shot.reward.values())
        for name, value in shot.reward.items():
            if name not in self._terms:
                self._terms[name] = np.full(_ROOM, np.nan, dtype=np.float32)
            self._terms[name][i] = value
        for read, values in self._watched.values():
            values[i] = read(shot)

    def _make_room(self) -> None:
        # Rare and cheap: the last two minutes move to the front once in two minutes.
        n = len(self)
        watched = (values for _, values in self._watched.values())
        for array in (*self._data.values(), *self._terms.values(), *watched):
            array[:n] = array[self._first : self._end]
        self._first, self._end = 0, n
