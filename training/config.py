"""Training settings from YAML files and ``key=value``: every key and type checked."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from kinesis_app.errors import KinesisError
from training.settings import TrainConfig

CONFIG_DIR = Path(__file__).parent / "configs"


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
