"""A run as labelled channels with units, one column each, for spreadsheets."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, joint_angles
from kinesis_app.body.muscles import muscle_table
from kinesis_app.session.recording import Recording

_FEET = ("right", "left")


def channels(recording: Recording) -> dict[str, np.ndarray]:
    """Series of shape (T,) by name, such as ``muscle/soleus_r/activation [1]``."""
    get, out = recording.series, {"time [s]": recording.time}
    qpos, wanted = get("qpos"), get("reference_qpos")
    out |= _columns("pelvis/{} [m]", "xyz", qpos[:, :3])
    out |= _columns("pelvis/{} [1]", ("qw", "qx", "qy", "qz"), qpos[:, 3:7])
    out |= _columns("joint/{}/angle [deg]", JOINT_NAMES, np.rad2deg(joint_angles(qpos)))
    out |= _columns("joint/{}/reference [deg]", JOINT_NAMES, np.rad2deg(joint_angles(wanted)))
    for i, foot in enumerate(_FEET):
        out |= _columns(f"ground/{foot}/force_{{}} [N]", "xyz", get("grf")[:, i])
        out |= _columns(f"ground/{foot}/cop_{{}} [m]", "xy", get("cop")[:, i])
    out["tracking/body_error [m]"] = get("body_error")
    out |= _columns("push/force_{} [N]", "xyz", recording.push())
    names = muscle_table().names
    for series, unit in (
        ("excitation", "1"),
        ("activation", "1"),
        ("muscle_force", "N"),
        ("muscle_length", "m"),
    ):
        out |= _columns(f"muscle/{{}}/{series.removeprefix('muscle_')} [{unit}]", names, get(series))
    return out


def csv_text(recording: Recording) -> str:
    """All channels as comma-separated values with a line of names."""
    table = channels(recording)
    values = np.stack(list(table.values()), axis=1)
    rows = (",".join(f"{x:.7g}" for x in row) for row in values)
    return "\n".join([",".join(table), *rows]) + "\n"


def _columns(pattern: str, names: tuple[str, ...] | str, values: np.ndarray) -> dict[str, np.ndarray]:
    return {pattern.format(name): values[:, i] for i, name in enumerate(names)}
