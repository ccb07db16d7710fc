"""What a picture shows: one instant of the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class SnapshotLike(Protocol):
    """The part of a session's snapshot that is drawn."""

    @property
    def qpos(self) -> np.ndarray: ...
    @property
    def activation(self) -> np.ndarray: ...
    @property
    def reference_qpos(self) -> np.ndarray: ...
    @property
    def grf(self) -> np.ndarray: ...
    @property
    def push(self) -> np.ndarray: ...
    @property
    def excitation(self) -> np.ndarray: ...
    @property
    def muscle_force(self) -> np.ndarray: ...
    @property
    def muscle_length(self) -> np.ndarray: ...


@dataclass(frozen=True)
class Pose:
    """One instant.

    Attributes:
        qpos: shape (35,).
        activation: shape (80,).
        reference_qpos: What is to be imitated, shape (35,), or None.
        grf: Ground reaction force on the right and left foot [N], shape (2, 3), or None.
        push: Force on the pelvis [N], shape (3,), or None.
        excitation: shape (80,), or None.
        muscle_force: Tension [N], shape (80,), or None.
        muscle_length: Muscle and tendon [m], shape (80,), or None.
    """

    qpos: np.ndarray
    activation: np.ndarray
    reference_qpos: np.ndarray | None = None
    grf: np.ndarray | None = None
    push: np.ndarray | None = None
    excitation: np.ndarray | None = None
    muscle_force: np.ndarray | None = None
    muscle_length: np.ndarray | None = None

    @classmethod
    def of(cls, shot: SnapshotLike) -> Pose:
        """The drawn part of a snapshot."""
        return cls(
            shot.qpos,
            shot.activation,
            shot.reference_qpos,
            shot.grf,
            shot.push,
            shot.excitation,
            shot.muscle_force,
            shot.muscle_length,
        )
