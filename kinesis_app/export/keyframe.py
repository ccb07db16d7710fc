"""One instant as text for a MuJoCo model file."""

from __future__ import annotations

from kinesis_app.session.snapshot import Snapshot


def keyframe(shot: Snapshot) -> str:
    """The state as a ``<key>`` element of MJCF."""
    parts = (("qpos", shot.qpos), ("qvel", shot.qvel), ("act", shot.activation), ("ctrl", shot.excitation))
    values = (f'{name}="{" ".join(f"{x:.8g}" for x in array)}"' for name, array in parts)
    return f'<key time="{shot.time:.6g}" {" ".join(values)}/>'
