"""A motion as it was read, before it meets this body, and what the text readers share."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.interruption import may_end

MAX_BYTES = 256 * 1024 * 1024
MAX_FRAMES = 1_000_000
MAX_VALUES = 50_000_000
"""Largest frames x columns a reader accepts; keeps a lying header from filling the memory."""
MAX_METRES = 1000.0
"""Nobody is recorded further away than this from the origin."""

Y_UP_TO_Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Rotates a y-up world into ours: x stays, up becomes z."""
X_UP_TO_Z_UP = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


@dataclass(frozen=True)
class Given:
    """What the user knows better than the file; None leaves it to the file or to a judgement.

    Attributes:
        fps: Frames per second.
        up: Axis that points up, ``x``, ``y`` or ``z``.
        unit: Metres per unit of length in the file.
    """

    fps: float | None = None
    up: str | None = None
    unit: float | None = None


NOTHING_GIVEN = Given()


@dataclass(frozen=True)
class RawMotion:
    """A recording as read: a skeleton of joint positions, or OpenSim coordinates.

    Attributes:
        name: Short name, from the file.
        format: ``asf/amc``, ``opensim``, ...
        source: The file it came from.
        fps: Frames per second.
        joint_names: Names of the joints, empty for coordinates.
        positions: Joint positions, world z up [m], shape (T, J, 3); nan where not measured.
        rotations: World rotation of the segment that ``joint_names`` moves, shape (T, J, 3, 3), or None.
        coordinates: OpenSim coordinates by plain name [rad or m], each of shape (T,).
        notes: What was detected or guessed, one sentence each.
    """

    name: str
    format: str
    source: str
    fps: float
    joint_names: tuple[str, ...] = ()
    positions: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 3)))
    rotations: np.ndarray | None = None
    coordinates: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def n_frames(self) -> int:
        if self.coordinates:
            return len(next(iter(self.coordinates.values())))
        return len(self.positions)

    @property
    def duration(self) -> float:
        """Time from the first to the last frame [s]."""
        return (self.n_frames - 1) / self.fps


def turned_up(up: str) -> np.ndarray:
    """Rotation of a world whose ``up`` axis (x, y or z) points up into ours, shape (3, 3)."""
    return {"x": X_UP_TO_Z_UP, "y": Y_UP_TO_Z_UP, "z": np.eye(3)}[up]


def judged_up(positions: np.ndarray) -> str:
    """``y`` or ``z``: along the vertical the lowest of (T, J, 3) is near zero and none is far below [m]."""
    low, high = np.nanpercentile(positions.reshape(-1, 3), [1.0, 99.0], axis=0)
    standing = [low[i] > -0.15 and high[i] > 0.7 for i in (1, 2)]
    return "z" if standing[1] and not standing[0] else "y"


HIGH = ("head", "asi", "psi", "sacr", "ias", "ips", "hips")
LOW = ("foot", "ankle", "heel", "toe", "ank", "hee", "cal")
"""Parts of the names of what is high and what is low on a standing body."""


def body_up(names: tuple[str, ...], positions: np.ndarray, axes: str = "yz") -> str | None:
    """Along which axis head and pelvis of (T, J, 3) are furthest above the feet; None without such names."""
    high, low = _named(names, HIGH), _named(names, LOW)
    if not high or not low:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # markers that are never seen together
        rise = np.nanmean(positions[:, high], axis=1) - np.nanmean(positions[:, low], axis=1)
        rise = np.abs(np.nanmedian(rise, axis=0))
    if not np.isfinite(rise).all():
        return None
    return max(axes, key=lambda axis: float(rise["xyz".index(axis)]))


def _named(names: tuple[str, ...], parts: tuple[str, ...]) -> list[int]:
    return [i for i, name in enumerate(names) if any(part in name.lower() for part in parts)]


def judged_unit(size: float, expected: float, units: Mapping[str, float]) -> str:
    """The unit [m] by which a ``size`` in a file comes nearest to the ``expected`` one [m]."""
    return min(units, key=lambda unit: abs(math.log(size * units[unit] / expected)))


def read_bytes(path: Path) -> bytes:
    """Content of a file of bounded size.

    Raises:
        KinesisError: If the file is missing or too large.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise KinesisError(f"'{path}' has {size / 1e6:.0f} MB; motion files up to 268 MB are read.")
        return path.read_bytes()
    except FileNotFoundError:
        raise KinesisError(f"Motion file '{path}' does not exist.") from None
    except OSError as error:
        raise KinesisError(f"'{path}' cannot be read: {error.strerror}.") from None


def read_text(path: Path) -> list[str]:
    """Lines of a text file of bounded size.

    Raises:
        KinesisError: If the file is missing, empty, too large or not text.
    """
    content = read_bytes(path)
    if b"\0" in content:
        raise KinesisError(f"'{path}' is not a text file (it contains zero bytes); is its ending right?")
    text = content.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise KinesisError(f"'{path}' is empty.")
    return text.splitlines()


def parse_floats(words: list[str], path: Path, line: int) -> list[float]:
    """The words of one line as finite numbers; ``line`` counts from 1."""
    may_end()
    try:
        values = [float(word) for word in words]
    except ValueError:
        bad = next(word for word in words if not _is_number(word))
        raise KinesisError(f"'{path}', line {line}: '{bad[:40]}' is not a number.") from None
    if not np.isfinite(values).all():
        raise KinesisError(f"'{path}', line {line}: every value must be finite, found nan or inf.")
    return values


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def check_fps(fps: float, path: Path) -> float:
    """``fps`` if it is a frame rate a body can be recorded at."""
    if not 5.0 <= fps <= 20_000.0:
        raise KinesisError(f"'{path}': {fps:g} frames per second is no frame rate (5 to 20000).")
    return fps


def check_frames(n: int, path: Path) -> None:
    """Refuse recordings too short to have a velocity, or too long to be one."""
    if not 4 <= n <= MAX_FRAMES:
        raise KinesisError(f"'{path}' has {n} frame(s); a motion has 4 to {MAX_FRAMES}.")
