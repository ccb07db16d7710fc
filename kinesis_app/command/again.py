"""'Again': the sentence before, once more."""

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


def is_again(text: str) -> bool:
    """Whether a sentence only asks for what was typed before it."""
    return " ".join(text.lower().replace("please", " ").strip(" .,!?").split()) in _AGAIN
