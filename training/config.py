"""Training settings: YAML files read into frozen dataclasses, every key and type checked."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kinesis_app.env.tracking import TrackingSettings
from kinesis_app.errors import KinesisError

CONFIG_DIR = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class PpoSettings:
    """The learner (names as in Schulman et al. 2017; numbers from a study on two cores).

    Attributes:
        rollout_steps: Control steps of each body between updates.
        epochs: Passes over each rollout.
        minibatch: Samples per gradient step.
        learning_rate: At the start; then steered to ``target_kl`` within its limits.
        gamma: Discount per control step; 0.97 looks about one second ahead.
        log_std: Initial log standard deviation of the actions; learned, but kept over its minimum.
        entropy: Weight of the entropy bonus.
        critic_warmup: First updates in which only the critic learns (for a pre-trained actor).
        mirror: Learn from each experience or its mirror image, by lot; where a mirror is known.
        hidden: Hidden widths of actor and critic (two separate networks).
    """

    rollout_steps: int = 48
    epochs: int = 4
    minibatch: int = 768
    learning_rate: float = 3e-4
    learning_rate_min: float = 1e-5
    learning_rate_max: float = 1e-3
    target_kl: float = 0.02
    gamma: float = 0.97
    gae_lambda: float = 0.95
    clip: float = 0.2
    value_weight: float = 1.0
    entropy: float = 0.0
    max_grad_norm: float = 1.0
    log_std: float = -1.3
    log_std_min: float = -2.5
    critic_warmup: int = 0
    mirror: bool = False
    hidden: tuple[int, ...] = (512, 256, 256)


@dataclass(frozen=True)
class CurriculumSettings:
    """What gets harder by itself.

    Attributes:
        failure_weight: How much more often than the others a clip that always fails is chosen.
        push_start: Survival rate at which pushes start to grow.
        push_growth: Growth of the largest push per update while survival is above that [N].
        push_max: Largest push [N]; 0 leaves the pushes of ``env`` alone.
        push_room: How much further than ``env.fail_distance`` a body may stray at ``push_max`` [m],
            less in proportion at smaller pushes: who must not stray never learns to come back.
    """

    failure_weight: float = 3.0
    push_start: float = 0.9
    push_growth: float = 0.5
    push_max: float = 0.0
    push_room: float = 0.0


@dataclass(frozen=True)
class StageSettings:
    """A stage of reinforcement learning.

    Attributes:
        steps: Control steps; 0 skips the stage.
        first_steps: The first of these are spent on ``first_clips`` alone, at most.
        first_survival: Survival rate that ends this first phase earlier.
        ppo: The learner.
        curriculum: What gets harder by itself.
    """

    steps: int = 0
    first_steps: int = 0
    first_survival: float = 0.95
    ppo: PpoSettings = field(default_factory=PpoSettings)
    curriculum: CurriculumSettings = field(default_factory=CurriculumSettings)


@dataclass(frozen=True)
class DistillSettings:
    """DAgger (Ross et al. 2011) from the teacher to the muscle network.

    Attributes:
        labels: Labelled control steps per round; 0 skips the stage.
        teacher_share: Share of bodies that the teacher moves, round by round.
        epochs: Passes over all data after each round.
        final_epochs: Passes after the last round, the rate falling to ``learning_rate_min``.
        zero_weight: Weight of the error where the label is 0 and the output below it: the action
            map clips there, so nothing is lost.
        noise: Standard deviation added to the actions of the student while data are collected.
        mirror: Learn from each label or its mirror image, by lot.
        hidden: Hidden widths of the muscle network.
    """

    labels: int = 36_000
    teacher_share: tuple[float, ...] = (1.0, 0.5, 0.25, 0.1, 0.0, 0.0)
    epochs: int = 3
    final_epochs: int = 8
    minibatch: int = 768
    learning_rate: float = 1e-3
    learning_rate_min: float = 3e-5
    zero_weight: float = 0.15
    noise: float = 0.02
    mirror: bool = False
    hidden: tuple[int, ...] = (512, 512, 256)


@dataclass(frozen=True)
class TrainConfig:
    """Everything a training run depends on.

    Attributes:
        name: Name of the policy.
        seed: Seeds the networks, the bodies and the learner.
        action: ``teacher`` (joint offsets, then distilled), ``muscles`` or ``kinesis``.
        clips: Motions: calls of generators, ``{generator: walk, speed: [0.8, 1.1], seconds: 10}``;
            a list stands for one motion per entry.
        first_clips: Motions of the first phase; empty for none.
        evaluation: Motions of the evaluation after training.
        env: The task.
        teacher: PPO on the teacher's action (or on ``action`` if that is not the teacher).
        distill: From the teacher to the muscles.
        polish: PPO on the muscles.
        checkpoint_minutes: Time between checkpoints.
    """

    name: str = "walk"
    seed: int = 0
    action: str = "teacher"
    clips: tuple[dict[str, Any], ...] = ()
    first_clips: tuple[dict[str, Any], ...] = ()
    evaluation: tuple[dict[str, Any], ...] = ()
    env: TrackingSettings = field(default_factory=TrackingSettings)
    teacher: StageSettings = field(default_factory=StageSettings)
    distill: DistillSettings = field(default_factory=DistillSettings)
    polish: StageSettings = field(default_factory=StageSettings)
    checkpoint_minutes: float = 3.0


def load_config(name: str, overrides: Sequence[str] = ()) -> TrainConfig:
    """Read a configuration and check it.

    Args:
        name: ``walk``, ``kinesis`` or the path of a YAML file.
        overrides: ``key=value`` with dotted keys, e.g. ``teacher.ppo.gamma=0.98``; values are YAML.

    Raises:
        KinesisError: On a missing file, broken YAML, an unknown key or a value of the wrong type.
    """
    path = CONFIG_DIR / f"{name}.yaml" if (CONFIG_DIR / f"{name}.yaml").exists() else Path(name)
    config: TrainConfig = _build(TrainConfig, _read_yaml(path), str(path), "")
    for override in overrides:
        config = _override(config, override)
    return config


def _read_yaml(path: Path) -> Any:
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(p.stem for p in CONFIG_DIR.glob("*.yaml")))
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise KinesisError(f"Config '{path}' cannot be read ({reason}). Shipped: {known}.") from None
    except yaml.YAMLError as error:
        detail = " ".join(str(error).split())
        raise KinesisError(f"Config '{path}' is not valid YAML: {detail}.") from None
    return content if content is not None else {}


def _override(config: TrainConfig, override: str) -> TrainConfig:
    key, separator, text = override.partition("=")
    if not separator:
        raise KinesisError(f"--set {override}: write key=value, e.g. --set teacher.ppo.gamma=0.98.")
    try:
        value: Any = yaml.safe_load(text)
    except yaml.YAMLError:
        raise KinesisError(f"--set {override}: '{text}' is not a YAML value.") from None
    for part in reversed(key.split(".")):
        value = {part: value}
    merged: TrainConfig = _build(TrainConfig, value, "--set", "", config)
    return merged


def _build(cls: type, content: Any, file: str, prefix: str, base: Any = None) -> Any:
    """An instance of the dataclass ``cls`` with the mapping's values over those of ``base``."""
    if not isinstance(content, Mapping):
        raise KinesisError(f"{file}: '{prefix or 'the file'}' must be a mapping of settings.")
    base = cls() if base is None else base
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in content.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        if key not in hints:
            raise KinesisError(f"{file}: unknown key '{name}'.{_nearest(str(key), hints)}")
        values[key] = _value(hints[key], value, file, name, getattr(base, key))
    return dataclasses.replace(base, **values)


def _nearest(key: str, valid: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(key, valid, n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else f" Valid here: {', '.join(valid)}."


def _value(hint: Any, value: Any, file: str, name: str, base: Any) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, value, file, name, base)
    origin = typing.get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list):
            raise KinesisError(f"{file}: '{name}' must be a list, not {value!r}.")
        item = typing.get_args(hint)[0]
        return tuple(_value(item, v, file, f"{name}[{i}]", None) for i, v in enumerate(value))
    if hint is float and isinstance(value, str):  # YAML 1.1 reads 3e-4 as a string
        value = _number(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    expected = origin or hint
    if (
        isinstance(hint, types.UnionType)
        or not isinstance(value, expected)
        or isinstance(value, bool) != (hint is bool)
    ):
        raise KinesisError(f"{file}: '{name}' must be {_word(expected)}, not {value!r}.")
    return value


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _word(kind: Any) -> str:
    words = {
        int: "a whole number",
        float: "a number",
        str: "a text",
        bool: "true or false",
        dict: "a mapping",
    }
    return words.get(kind, str(kind))


def to_yaml(config: TrainConfig) -> str:
    """The whole configuration as YAML that :func:`load_config` reads back."""
    plain = _plain(dataclasses.asdict(config))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
