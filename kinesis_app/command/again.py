"""Sentences about the sentence before: 'again' does it once more, 'undo' takes it back."""

from __future__ import annotations

_AGAIN = frozenset(
    {
        "again",
        "do it again",
        "do that again",
        "once more",
        "one more time",
        "repeat",
        "repeat that",
        "repeat it",
    }
)
_UNDO = frozenset(
    {
        "undo",
        "undo it",
        "undo that",
        "undo the last command",
        "revert",
        "revert that",
        "never mind",
        "nevermind",
        "take it back",
        "take that back",
        "scratch that",
        "as before",
        "as you were",
        "go on as before",
        "do what you did before",
        "go back to what you did before",
        "go back to what you were doing",
        "go back to what you were doing before",
    }
)


def is_again(text: str) -> bool:
    """Whether a sentence only asks for what was typed before it."""
    return _plain(text) in _AGAIN


def is_undo(text: str) -> bool:
    """Whether a sentence only takes back what was asked before it."""
    return _plain(text) in _UNDO


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("please", " ").strip(" .,!?").split()).rstrip(" ,")
