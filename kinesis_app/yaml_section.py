"""Reading YAML strictly: every key must be known, every complaint names file and line."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml

from kinesis_app.errors import KinesisError

MAX_BYTES = 1_000_000
MAX_VALUES = 20_000
"""Of a free-form part, so that aliases cannot multiply a small file into a large one."""
T = TypeVar("T")


class Section:
    """A mapping of a YAML file. Keys are taken one by one; :meth:`done` refuses what is left over.

    What takes a key raises a KinesisError with file and line where its value is of another kind.

    Args:
        node: The parsed mapping.
        file: Name of the file, for messages.
    """

    def __init__(self, node: yaml.MappingNode, file: str) -> None:
        self._file, self._line = file, _line(node)
        self._nodes: dict[str, tuple[int, yaml.Node]] = {}
        self._taken: list[str] = []
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                raise self._wrong(_line(key), "a key must be a word.")
            if name in self._nodes:
                raise self._wrong(_line(key), f"'{name}' is given twice.")
            self._nodes[name] = (_line(key), value)

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys there are."""
        return tuple(self._nodes)

    def done(self) -> None:
        """All keys that have a meaning are taken.

        Raises:
            KinesisError: If the file has others.
        """
        for name, (line, _) in self._nodes.items():
            if name not in self._taken:
                near = difflib.get_close_matches(name, self._taken, 1, 0.6)
                hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(self._taken)}."
                raise self._wrong(line, f"unknown key '{name[:60]}'; {hint}")

    def text(self, key: str, default: str) -> str:
        """Words, as they are written; ``default`` where the key is missing."""
        found = self._take(key)
        value = default if found is None else self._scalar(*found)
        if not isinstance(value, str):
            value = str(found[1].value) if found is not None else default  # a name such as 3 or yes
        return value

    def number(self, key: str, default: T, low: float, high: float, unit: str = "") -> float | T:
        """A number within ``low`` to ``high``; ``default`` where the key is missing."""
        found = self._take(key)
        return default if found is None else self._number(*found, key, low, high, unit)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within ``low`` to ``high``; ``default`` where the key is missing."""
        value = self.number(key, default, low, high)
        if value != int(value):
            raise self._wrong(self._nodes[key][0], f"{key}: {value:g} is not a whole number.")
        return int(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false; ``default`` where the key is missing."""
        found = self._take(key)
        value = default if found is None else self._scalar(*found)
        if not isinstance(value, bool):
            raise self._wrong(self._nodes[key][0], f"{key} must be true or false.")
        return value

    def numbers(
        self, key: str, low: float, high: float, unit: str, check: Callable[[str], object]
    ) -> dict[str, float]:
        """A mapping of words, each accepted by ``check``, to numbers."""
        inner = self.section(key)
        if inner is None:
            return {}
        out = {}
        for name, (line, node) in inner._nodes.items():
            inner._checked(line, check, name)
            out[name] = inner._number(line, node, f"{key} of '{name}'", low, high, unit)
        return out

    def words(self, key: str, check: Callable[[str], object]) -> tuple[str, ...]:
        """A list of words, each accepted by ``check``."""
        out = []
        for line, node in self._items(key):
            if not isinstance(node, yaml.ScalarNode):
                raise self._wrong(line, f"{key}: a list of words, please.")
            self._checked(line, check, str(node.value))
            out.append(str(node.value))
        return tuple(out)

    def section(self, key: str) -> Section | None:
        """A mapping; None where the key is missing or holds nothing."""
        found = self._take(key)
        if found is None or _is_null(found[1]):
            return None
        if not isinstance(found[1], yaml.MappingNode):
            raise self._wrong(found[0], f"'{key}' must hold 'key: value' lines.")
        return Section(found[1], self._file)

    def sections(self, key: str) -> list[Section]:
        """A list of mappings."""
        out = []
        for line, node in self._items(key):
            if not isinstance(node, yaml.MappingNode):
                raise self._wrong(line, f"each entry of '{key}' must hold 'key: value' lines.")
            out.append(Section(node, self._file))
        return out

    def free(self, key: str) -> dict[str, Any]:
        """A mapping of any plain content: words, numbers, lists, mappings."""
        found = self._take(key)
        if found is None or _is_null(found[1]):
            return {}
        if not isinstance(found[1], yaml.MappingNode):
            raise self._wrong(found[0], f"'{key}' must hold 'key: value' lines.")
        budget = iter(range(MAX_VALUES))
        return {str(k.value): self._plain(v, budget) for k, v in found[1].value}

    def wrong(self, key: str, message: str) -> KinesisError:
        """An error that names the line of ``key``."""
        return self._wrong(self._nodes[key][0] if key in self._nodes else self._line, message)

    # --- how it does it --------------------------------------------------------------------

    def _take(self, key: str) -> tuple[int, yaml.Node] | None:
        self._taken.append(key)
        return self._nodes.get(key)

    def _items(self, key: str) -> Iterator[tuple[int, yaml.Node]]:
        found = self._take(key)
        if found is None or _is_null(found[1]):
            return
        if not isinstance(found[1], yaml.SequenceNode):
            raise self._wrong(found[0], f"'{key}' must be a list.")
        for node in found[1].value:
            yield _line(node), node

    def _number(self, line: int, node: yaml.Node, what: str, low: float, high: float, unit: str) -> float:
        value = self._scalar(line, node)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._wrong(line, f"{what} must be a number.")
        if not low <= value <= high:
            limits = f"{low:g} to {high:g}{' ' + unit if unit else ''}"
            raise self._wrong(line, f"{what}: {value:g} is not within {limits}.")
        return float(value)

    def _scalar(self, line: int, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise self._wrong(line, "one value expected here, not a list or a mapping.")
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError):
            raise self._wrong(line, f"'{str(node.value)[:60]}' is no value.") from None

    def _plain(self, node: yaml.Node, budget: Iterator[int], depth: int = 0) -> Any:
        if next(budget, None) is None or depth > 20:
            raise self._wrong(_line(node), "more content than any window has.")
        if isinstance(node, yaml.MappingNode):
            return {str(k.value): self._plain(v, budget, depth + 1) for k, v in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, budget, depth + 1) for item in node.value]
        return self._scalar(_line(node), node)

    def _checked(self, line: int, check: Callable[[str], object], word: str) -> None:
        try:
            check(word)
        except KinesisError as error:
            raise self._wrong(line, str(error)) from None

    def _wrong(self, line: int, message: str) -> KinesisError:
        return KinesisError(f"'{self._file}', line {line}: {message}")


def read_section(path: Path) -> Section:
    """The mapping that a YAML file holds.

    Raises:
        KinesisError: If it cannot be read, is no YAML, or no mapping; with the line.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise KinesisError(f"'{path}' does not exist.") from None
    except OSError as error:
        raise KinesisError(f"'{path}' cannot be read: {error.strerror}.") from None
    if len(content) > MAX_BYTES:
        raise KinesisError(f"'{path}' has {len(content) / 1e6:.1f} MB; files of this kind have kilobytes.")
    try:
        return parse_section(content.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise KinesisError(f"'{path}', line {line}: this is no text file.") from None


def parse_section(text: str, file: str) -> Section:
    """The mapping that YAML text holds; ``file`` is named in errors.

    Raises:
        KinesisError: If it is no YAML, or no mapping; with the line.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _no_yaml(file, error) from None
    except RecursionError:
        raise KinesisError(f"'{file}', line 1: nested too deeply to mean anything.") from None
    if not isinstance(node, yaml.MappingNode):
        raise KinesisError(f"'{file}', line 1: 'key: value' lines expected.")
    return Section(node, file)


def _no_yaml(file: str, error: yaml.YAMLError) -> KinesisError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else 1
    reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "no YAML")
    return KinesisError(f"'{file}', line {line}: {reason}.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"
