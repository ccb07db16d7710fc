"""Where the shipped motions and policies lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(name: str) -> Path:
    """The folder ``motions`` or ``policies``: where a wheel has put it (see ``shipped_build``).

    Otherwise the repository's own, beside the package. In this order, because beside an installed
    package lie other people's packages.
    """
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
