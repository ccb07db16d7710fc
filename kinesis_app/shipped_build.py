"""How a wheel or an sdist gets the shipped motions and policies; named in pyproject.toml, used by pip."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

SHIPPED = ("motions", "policies")


class BuildWithShipped(build_py):
    """Copies the repository's folders into the package; an editable install finds them where they are."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for name in SHIPPED:
            target = Path(self.build_lib) / "kinesis_app" / "_shipped" / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(name, target)

    def get_source_files(self) -> list[str]:
        """What goes into an sdist: the folders, too."""
        shipped = [str(path) for name in SHIPPED for path in sorted(Path(name).iterdir())]
        return [*super().get_source_files(), *shipped]
