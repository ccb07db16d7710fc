"""From a sentence to phrases with their places: splitting, spelling mistakes, and how refusals look."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kinesis_app.command.phrases import LONGEST, PHRASES, WORDS
from kinesis_app.command.refusals import HINTS
from kinesis_app.errors import KinesisError

MAX_LENGTH = 500
"""Longest sentence that is read, in characters."""
_TOKEN = re.compile(
    r"(?P<number>(?<![\w.])[-+]?(?:\d+(?:[.,]\d+)*|\.\d+)(?:/\d+)?)|(?P<word>(?:km|mi|ft|m)/(?:h|s)|[^\W\d_]+)|\S"
)


_FEET_AND_INCHES = {"'": "feet", "′": "feet", '"': "inches", "″": "inches", "”": "inches"}


class CommandError(KinesisError):
    """A sentence that is not understood, or asks for what the human cannot do.

    Attributes:
        text: The sentence.
        start, end: Characters that are the trouble.
        near: Known words nearest to them.
    """

    def __init__(self, problem: str, text: str, start: int, end: int, near: Sequence[str] = ()) -> None:
        self.text, self.start, self.end, self.near = text, start, end, tuple(near)
        shown = text.replace("\n", " ").replace("\t", " ")
        marks = " " * start + "^" * max(end - start, 1)
        super().__init__(f"{problem}\n  {shown}\n  {marks}" if text.strip() else problem)


@dataclass(frozen=True)
class Item:
    """A phrase or number in its place.

    Attributes:
        kind, value: Its meaning; see phrases.py. A number's value is a float.
        start, end: Its characters in the sentence.
    """

    kind: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int


def items_of(text: str) -> list[Item]:
    """Phrases and numbers of a sentence.

    Raises:
        CommandError: If a word is not known, or the sentence is too long or empty.
    """
    if len(text) > MAX_LENGTH:
        raise CommandError(f"A command has at most {MAX_LENGTH} characters.", text[:60], 0, 60)
    words = _split(text)
    if not words:
        raise CommandError("Say what to do, for example 'walk 3 m, then turn left and stop'.", text, 0, 1)
    words = [_Word(_spelled(word, text), word.start, word.end) for word in words]
    items, i = [], 0
    while i < len(words):
        n, item = _longest(words, i, text)
        items.append(item)
        i += n
    return items


def _split(text: str) -> list[_Word]:
    words: list[_Word] = []
    for match in _TOKEN.finditer(text.lower().replace("’", "'")):
        token = match.group()
        after_number = bool(words) and words[-1].text[-1].isdigit() and words[-1].end == match.start()
        if token in _FEET_AND_INCHES and after_number:
            token = _FEET_AND_INCHES[token]
        # A hyphen that is no minus sign is a space: side-step, twenty-five.
        if token not in ("-", "–", "'"):
            words.append(_Word(token, *match.span()))
    return words


def _longest(words: Sequence[_Word], i: int, text: str) -> tuple[int, Item]:
    """The longest phrase from word ``i`` on, and how many words it has."""
    first = words[i]
    if first.text[-1].isdigit():
        return 1, Item("number", first.text, first.start, first.end)
    for n in range(min(LONGEST, len(words) - i), 0, -1):
        phrase = tuple(word.text for word in words[i : i + n])
        if phrase in PHRASES:
            return n, Item(*PHRASES[phrase], first.start, words[i + n - 1].end)
    raise unknown(first, text)


def _spelled(word: _Word, text: str) -> str:
    """The word, or the known one that it is a misspelling of."""
    if word.text in WORDS or not word.text.isalpha() or (word.text,) in PHRASES:
        return word.text
    if word.text in HINTS:
        raise unknown(word, text)
    limit = 0.0 if len(word.text) < 4 else 1.0 if len(word.text) < 6 else 2.0
    costs = sorted((_misspelling(word.text, known), known) for known in WORDS if len(known) > 2)
    best = [known for cost, known in costs if cost <= min(limit, costs[0][0])]
    meanings = {str(PHRASES.get((known,), known)) for known in best}
    if len(meanings) != 1:
        raise unknown(word, text)
    return best[0]


def _misspelling(word: str, known: str) -> float:
    """How far ``word`` is from ``known``: changes, with swapped neighbours counting half.

    The first letter is almost never wrong, so 'talk' is no 'walk'; it may be swapped or missing.
    """
    if abs(len(word) - len(known)) > 2 or word[0] not in known[:2]:
        return 9.0
    rows = [list(range(len(known) + 1))]
    table = [[float(x) for x in rows[0]]]
    for i, a in enumerate(word, 1):
        row = [float(i)]
        for j, b in enumerate(known, 1):
            cost = min(table[i - 1][j] + 1.0, row[j - 1] + 1.0, table[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == known[j - 2] and word[i - 2] == b:
                cost = min(cost, table[i - 2][j - 2] + 0.5)
            row.append(cost)
        table.append(row)
    return table[-1][-1]


_COMMON = ("walk", "run", "turn", "stop", "back up", "sidestep", "faster", "slower", "circle", "go to 2, 3")


def unknown(word: _Word | Item, text: str) -> CommandError:
    """The refusal of a word."""
    shown = text[word.start : word.end]
    if shown.lower() in HINTS:
        problem = f"I do not understand '{shown}'. {HINTS[shown.lower()]}"
        return CommandError(problem, text, word.start, word.end, _COMMON)
    heads = sorted({" ".join(p) for p, (kind, _) in PHRASES.items() if kind not in ("filler", "and")})
    near = difflib.get_close_matches(shown.lower(), heads, n=3, cutoff=0.7)
    names = ", ".join(f"'{name}'" for name in near or _COMMON)
    hint = f"Did you mean {' or '.join(names.rsplit(', ', 1))}?" if near else f"I know {names}."
    problem = f"I do not understand '{shown}'. {hint}"
    return CommandError(problem, text, word.start, word.end, near or _COMMON)
