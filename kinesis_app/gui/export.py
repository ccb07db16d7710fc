"""What leaves the window: the state as text, names for pictures."""

from __future__ import annotations

from pathlib import Path

from kinesis_app.session.messages import Snapshot


def keyframe(shot: Snapshot) -> str:
    """The state as a keyframe for a MuJoCo model file."""
    parts = (("qpos", shot.qpos), ("qvel", shot.qvel), ("act", shot.activation))
    values = (f'{name}="{" ".join(f"{x:.6g}" for x in array)}"' for name, array in parts)
    return f'<key time="{shot.time:.6g}" {" ".join(values)}/>'


def free_name(folder: Path) -> Path:
    """A file name not yet taken: ``kinesis_001.png`` and so on."""
    return next(p for i in range(1, 100000) if not (p := folder / f"kinesis_{i:03d}.png").exists())
