"""What a search field finds, the same everywhere."""

from __future__ import annotations


def holds_words(text: str, query: str) -> bool:
    """Whether ``text`` contains every word of ``query``, in any order and case; of no words, always."""
    text = text.lower()
    return all(word in text for word in query.lower().split())
