"""An installed copy finds what is shipped, away from the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinesis_app.shipped import shipped_folder

ROOT = Path(__file__).resolve().parents[1]


def test_here_the_repository_is_used() -> None:
    assert shipped_folder("motions") == ROOT / "motions"


def test_built_package_carries_motions_and_policies(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    build = [
        sys.executable,
        "-c",
        "from setuptools import setup; setup()",
        "-q",
        "egg_info",
        "--egg-base",
        str(tmp_path),
    ]
    build += ["build_py", "--build-lib", str(tmp_path / "lib")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    for name in ("motions", "policies"):
        shipped = {path.name for path in (ROOT / name).iterdir()}
        assert {path.name for path in (tmp_path / "lib/kinesis_app/_shipped" / name).iterdir()} == shipped
    listing = "from kinesis_app.cli import main; main(['motions', 'turn']); main(['policies'])"
    result = subprocess.run(
        [sys.executable, "-c", listing],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "lib")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    for word in ("turn_left", "locomotion", "walk"):
        assert word in result.stdout
