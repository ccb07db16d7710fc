"""Left and right swapped: what observations and actions look like to the body's mirror image.

The body is symmetric, so every experience is worth two (Abdolhosseini et al. 2019, "On learning
symmetric locomotion"). Heading-frame vectors flip y, the pelvis' own axes (forward -y, left +x)
flip x, sides swap, and joint angles keep their sign.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from kinesis_app.body.joints import MIRROR_JOINTS
from kinesis_app.body.kinematics import TRACKED
from kinesis_app.body.muscles import muscle_table
from kinesis_app.env.observation import LOOK_AHEAD, OBSERVATION_SIZE, TERMS

Mirror = tuple[np.ndarray, np.ndarray]
"""Source column and sign of every column: ``mirrored = signs * original[columns]``."""


Reflection = Callable[[Tensor], Tensor]
"""Tensors (..., n) to their mirror images."""


def other_side(names: tuple[str, ...]) -> np.ndarray:
    """For each name its counterpart's index: ``_r`` and ``_l`` swap, others stay."""
    swap = {"_r": "_l", "_l": "_r"}
    return np.array([names.index(n[:-2] + swap.get(n[-2:], n[-2:])) for n in names])


def _vectors(order: np.ndarray, signs: tuple[int, ...]) -> Mirror:
    """Blocks of ``len(signs)`` numbers in another order, each number with its sign."""
    width = len(signs)
    columns = (order[:, None] * width + np.arange(width)).ravel()
    return columns, np.tile(np.array(signs, dtype=np.float32), len(order))


def _repeat(mirror: Mirror, times: int) -> Mirror:
    columns, signs = mirror
    shifted = [columns + i * len(columns) for i in range(times)]
    return np.concatenate(shifted), np.tile(signs, times)


def _blocks() -> dict[str, Mirror]:
    one, flip_y = np.arange(1), (1, -1, 1)
    joints = _vectors(MIRROR_JOINTS, (1,))
    bodies = _vectors(other_side(TRACKED), flip_y)
    limbs = _vectors(other_side(TRACKED[1:]), flip_y)
    ahead = len(LOOK_AHEAD)
    return {
        "pelvis_height": _vectors(one, (1,)),
        "pelvis_up": _vectors(one, (-1, 1, 1)),
        "pelvis_velocity": _vectors(one, flip_y),
        "pelvis_angular_velocity": _vectors(one, (1, -1, -1)),  # a pseudovector: only its normal part stays
        "joint_angles": joints,
        "joint_velocities": joints,
        "body_positions": limbs,
        "body_velocities": bodies,
        "activations": _vectors(other_side(muscle_table().names), (1,)),
        "touch": _vectors(np.array([2, 3, 0, 1]), (1,)),
        "next_body_position_error": bodies,
        "next_body_velocity_error": bodies,
        "ahead_place": _repeat(_vectors(one, flip_y), ahead),
        "ahead_facing": _repeat(_vectors(one, (1, -1)), ahead),
        "ahead_velocity": _repeat(_vectors(one, flip_y), ahead),
        "ahead_joint_error": _repeat(joints, ahead),
    }


@functools.cache
def observation_mirror() -> Mirror:
    """The mirror of the whole observation."""
    blocks, columns, signs, start = _blocks(), [], [], 0
    for term in TERMS:
        block_columns, block_signs = blocks[term.name]
        assert len(block_columns) == term.size, term.name
        columns.append(block_columns + start)
        signs.append(block_signs)
        start += term.size
    return np.concatenate(columns), np.concatenate(signs)


def action_mirror(size: int) -> Mirror:
    """The mirror of an action: 14 joint offsets or 80 muscle commands."""
    order = MIRROR_JOINTS if size == len(MIRROR_JOINTS) else other_side(muscle_table().names)
    return _vectors(order, (1,))


def reflections(observation_size: int, action_size: int) -> tuple[Reflection, Reflection] | None:
    """Mirror functions of observation and action, or None for a task without known mirror."""
    sizes = (len(MIRROR_JOINTS), len(muscle_table().names))
    if observation_size != OBSERVATION_SIZE or action_size not in sizes:
        return None
    return reflection(observation_mirror()), reflection(action_mirror(action_size))


def reflection(mirror: Mirror) -> Reflection:
    """``mirror`` as a function of tensors (..., n)."""
    columns, signs = torch.from_numpy(mirror[0]), torch.from_numpy(mirror[1])

    def reflect(x: Tensor) -> Tensor:
        return x[..., columns.to(x.device)] * signs.to(x.device)

    return reflect
