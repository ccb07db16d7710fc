"""Recordings of people, which are not part of the project: tests of them run where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("KINESIS_DATA", "no-recordings")) / "mocap"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="no recordings here: set KINESIS_DATA to the data folder"
)
