"""A run in OpenSim's files and words.

World: OpenSim's y is up and x forward; ours has z up, so (x, y, z) becomes (x, z, -y). Coordinates,
joints and muscles bear the names of Rajagopal et al. 2016, from which MyoLegs descends. Pelvis:
rotation z (tilt), x (list), y (rotation), body-fixed in this order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.body.joints import JOINT_NAMES, joint_angles, joint_velocities
from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import muscle_table
from kinesis_app.motion.formats.raw import Y_UP_TO_Z_UP
from kinesis_app.motion.retarget.coordinates import ANATOMICAL_FROM_OPENSIM
from kinesis_app.motion.retarget.shape import ROOT_FROM_ANATOMICAL
from kinesis_app.session.recording import Recording

PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")
COORDINATES = (*PELVIS, *JOINT_NAMES)
_JOINT_OF = {
    "hip_flexion": "hip", "hip_adduction": "hip", "hip_rotation": "hip", "knee_angle": "walker_knee",
    "ankle_angle": "ankle", "subtalar_angle": "subtalar", "mtp_angle": "mtp",
}  # fmt: skip
_FEET = ("r", "l")


def to_opensim(vectors: np.ndarray) -> np.ndarray:
    """World vectors (..., 3) in OpenSim's world."""
    return vectors @ Y_UP_TO_Z_UP


def coordinates(qpos: np.ndarray) -> np.ndarray:
    """Coordinates [rad, m] in the order of ``COORDINATES`` of qpos (T, 35), shape (T, 20)."""
    root = Rotation.from_quat(qpos[:, 3:7], scalar_first=True).as_matrix()
    turn = Y_UP_TO_Z_UP.T @ root @ ROOT_FROM_ANATOMICAL @ ANATOMICAL_FROM_OPENSIM
    angles = np.unwrap(Rotation.from_matrix(turn).as_euler("ZXY"), axis=0)
    return np.concatenate([angles, to_opensim(qpos[:, :3]), joint_angles(qpos)], axis=1)


def coordinates_text(recording: Recording, name: str) -> str:
    """The coordinates over time as a .mot, angles in degrees."""
    values = coordinates(recording.series("qpos"))
    is_angle = [not c.startswith("pelvis_t") or c == "pelvis_tilt" for c in COORDINATES]
    values[:, is_angle] = np.rad2deg(values[:, is_angle])
    return _table(name, recording.time, COORDINATES, values, in_degrees=True)


def states_text(recording: Recording, name: str) -> str:
    """States, excitations and tendon forces over time as a .sto, angles in radians."""
    values = coordinates(recording.series("qpos"))
    paths = [_path(coordinate) for coordinate in COORDINATES]
    muscles = muscle_table().names
    columns = [
        *(f"{path}/value" for path in paths),
        *(f"{path}/speed" for path in paths),
        *(f"/forceset/{muscle}/activation" for muscle in muscles),
        *(f"/forceset/{muscle}/excitation" for muscle in muscles),
        *(f"/forceset/{muscle}/tendon_force" for muscle in muscles),
    ]
    blocks = [values, _speeds(recording, values)]
    blocks += [recording.series(series) for series in ("activation", "excitation", "muscle_force")]
    return _table(name, recording.time, columns, np.concatenate(blocks, axis=1), in_degrees=False)


def loads_text(recording: Recording, name: str) -> str:
    """Ground reactions over time as a .mot of external loads: force [N], point [m], torque [Nm]."""
    force, point = to_opensim(recording.series("grf")), to_opensim(recording.series("cop"))
    torque = np.zeros_like(force)
    torque[..., 1] = recording.series("free_moment")
    columns: list[str] = []
    blocks = []
    for i, foot in enumerate(_FEET):
        columns += [f"ground_force_{foot}_v{axis}" for axis in "xyz"]
        columns += [f"ground_force_{foot}_p{axis}" for axis in "xyz"]
        columns += [f"ground_torque_{foot}_{axis}" for axis in "xyz"]
        blocks += [force[:, i], point[:, i], torque[:, i]]
    return _table(name, recording.time, columns, np.concatenate(blocks, axis=1), in_degrees=False)


def loads_setup(data_file: str) -> str:
    """The ExternalLoads document that tells OpenSim what the columns of ``data_file`` are."""
    forces = "".join(
        f"""
      <ExternalForce name="{side}_foot">
        <applied_to_body>calcn_{foot}</applied_to_body>
        <force_expressed_in_body>ground</force_expressed_in_body>
        <point_expressed_in_body>ground</point_expressed_in_body>
        <force_identifier>ground_force_{foot}_v</force_identifier>
        <point_identifier>ground_force_{foot}_p</point_identifier>
        <torque_identifier>ground_torque_{foot}_</torque_identifier>
      </ExternalForce>"""
        for foot, side in zip(_FEET, ("right", "left"), strict=True)
    )
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument Version="40000">
  <ExternalLoads name="ground_reactions">
    <objects>{forces}
    </objects>
    <datafile>{data_file}</datafile>
  </ExternalLoads>
</OpenSimDocument>
"""


def _path(coordinate: str) -> str:
    if coordinate in PELVIS:
        return f"/jointset/ground_pelvis/{coordinate}"
    return f"/jointset/{_JOINT_OF[coordinate[:-2]]}_{coordinate[-1]}/{coordinate}"


def _speeds(recording: Recording, values: np.ndarray) -> np.ndarray:
    """Rates of the coordinates [rad/s, m/s]; those of the pelvis angles by central differences."""
    qvel = recording.series("qvel")
    angular = np.gradient(values[:, :3], CTRL_DT, axis=0)
    return np.concatenate([angular, to_opensim(qvel[:, :3]), joint_velocities(qvel)], axis=1)


def _table(
    name: str, time: np.ndarray, columns: Sequence[str], values: np.ndarray, *, in_degrees: bool
) -> str:
    head = [
        name,
        "version=1",
        f"nRows={len(time)}",
        f"nColumns={1 + len(columns)}",
        f"inDegrees={'yes' if in_degrees else 'no'}",
        "endheader",
        "\t".join(["time", *columns]),
    ]
    rows = ("\t".join([f"{t:.6f}", *(f"{x:.8g}" for x in row)]) for t, row in zip(time, values, strict=True))
    return "\n".join([*head, *rows]) + "\n"
