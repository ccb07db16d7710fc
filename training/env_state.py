"""The whole state of an environment, so that a resumed run goes on bit by bit as if never stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from kinesis_app.env.tracking import TrackingEnv
from kinesis_app.errors import KinesisError

_ARRAYS = ("clip", "step_index", "age", "moved", "leash", "_push", "_push_left", "clip_weights")
_DELAY = ("steps", "waiting", "is_new")


def env_state(env: TrackingEnv) -> dict[str, Any]:
    """Everything that decides the environment's future; tensors and text only."""
    state: dict[str, Any] = {name: torch.from_numpy(getattr(env, name).copy()) for name in _ARRAYS}
    state["rng"] = json.dumps(env.rng.bit_generator.state)
    state["push_force"] = env.settings.push.force
    state["fail_distance"] = env.settings.fail_distance
    for name in _DELAY:
        state[f"delay_{name}"] = torch.from_numpy(getattr(env.delay, name).copy())
    physics, touch = env.bodies.state()
    state["physics"], state["sensors"] = torch.from_numpy(physics), torch.from_numpy(touch)
    memory = _actuator_memory(env)
    if memory is not None:
        state["actuator"] = torch.from_numpy(memory.copy())
    return state


def restore_env(env: TrackingEnv, state: dict[str, Any]) -> None:
    """Bring ``env`` (same clips, same bodies) into a state of :func:`env_state`.

    Raises:
        KinesisError: If the bodies are not as many, or not of the same engine.
    """
    if state["physics"].shape != env.bodies.state()[0].shape:
        raise KinesisError("The checkpoint is of another number of bodies or another physics engine.")
    for name in _ARRAYS:
        getattr(env, name)[...] = state[name].numpy()
    for name in _DELAY:
        getattr(env.delay, name)[...] = state[f"delay_{name}"].numpy()
    restore_difficulty(env, state)
    env.rng.bit_generator.state = json.loads(state["rng"])
    env.bodies.restore(state["physics"].numpy(), state["sensors"].numpy())
    memory = _actuator_memory(env)
    if memory is not None:
        memory[...] = state["actuator"].numpy()


def restore_difficulty(env: TrackingEnv, state: dict[str, Any]) -> None:
    """Make ``env`` as difficult as one in ``state``: what the curriculum had set."""
    push = replace(env.settings.push, force=state["push_force"])
    env.settings = replace(env.settings, push=push, fail_distance=state["fail_distance"])
    env.clip_weights = state["clip_weights"].numpy().copy()


def _actuator_memory(env: TrackingEnv) -> np.ndarray | None:
    """What the actuator remembers from step to step (warm starts), as one writable array."""
    memory = getattr(env.actuator, "memory", None)
    return None if memory is None else memory(env.bodies)
