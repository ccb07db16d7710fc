"""What every test gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from window_driver import virtual_display


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Post-mortems and the like belong here, not into the user's home."""
    state = str(tmp_path_factory.mktemp("state"))
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, state)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A virtual X server of its own."""
    yield from virtual_display(tmp_path)
