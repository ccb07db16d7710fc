"""A BVH file as a motion capture studio would write it, made from a clip of the library."""

from __future__ import annotations

from pathlib import Path

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.body.joints import compose_qpos
from kinesis_app.body.model import display_model, standing_qpos
from kinesis_app.motion.clip import MotionClip

# Joint, parent, body of the model whose rotation it has. Arms and neck hang at fixed places of the trunk.
_JOINTS = (
    ("Hips", "", "pelvis"), ("Neck", "Hips", "torso"), ("RightArm", "Hips", "torso"),
    ("LeftArm", "Hips", "torso"),
    *(
        (f"{side}{name}", "Hips" if parent == "Hips" else f"{side}{parent}", f"{body}_{side[0].lower()}")
        for side in ("Right", "Left")
        for name, parent, body in (
            ("UpLeg", "Hips", "femur"), ("Leg", "UpLeg", "tibia"), ("Foot", "Leg", "calcn"),
            ("ToeBase", "Foot", "toes"),
        )
    ),
)  # fmt: skip
_TRUNK = {"Neck": (0.0, 0.0, 0.5), "RightArm": (0.0, -0.18, 0.44), "LeftArm": (0.0, 0.18, 0.44)}
# Of BVH (x left, y up, z ahead, cm) against the world (x ahead, y left, z up, m).
_TO_BVH = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


def write_walk(clip: MotionClip, path: Path) -> None:
    """Write ``clip`` as BVH: offsets from the standing pose, rotations against it, in degrees (ZXY)."""
    model, data = display_model(), mujoco.MjData(display_model())
    qpos = compose_qpos(clip.root_pos, clip.root_quat, clip.joints)
    place, rest = _pose(model, data, standing_qpos(model))
    lines = []
    for row in qpos:
        now, turned = _pose(model, data, row)
        world = {name: turned[body] @ rest[body].T for name, _, body in _JOINTS}
        numbers = [*(100.0 * _TO_BVH @ now["Hips"])]
        for name, parent, _ in _JOINTS:
            local = world[parent].T @ world[name] if parent else world[name]
            numbers += list(Rotation.from_matrix(_TO_BVH @ local @ _TO_BVH.T).as_euler("ZXY", degrees=True))
        lines.append(" ".join(f"{x:.5f}" for x in numbers))
    head = "\n".join(_joint("Hips", place, 0))
    motion = f"MOTION\nFrames: {len(lines)}\nFrame Time: {1.0 / clip.fps:.6f}\n"
    path.write_text(f"HIERARCHY\n{head}\n{motion}" + "\n".join(lines) + "\n")


def _pose(
    model: mujoco.MjModel, data: mujoco.MjData, qpos: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Places of the joints [m] and rotations of the bodies, in the world."""
    data.qpos[:] = qpos
    mujoco.mj_kinematics(model, data)
    turned = {body: data.body(body).xmat.reshape(3, 3).copy() for _, _, body in _JOINTS}
    place = {name: data.body(body).xpos.copy() for name, _, body in _JOINTS}
    for name, offset in _TRUNK.items():
        place[name] = place["Hips"] + np.array(offset)  # only its standing value is used
    return place, turned


def _joint(name: str, place: dict[str, np.ndarray], depth: int) -> list[str]:
    parent = next(p for n, p, _ in _JOINTS if n == name)
    offset = 100.0 * _TO_BVH @ (place[name] - place[parent]) if parent else np.zeros(3)
    indent = "  " * depth
    rotations = "Zrotation Xrotation Yrotation"
    channels = f"6 Xposition Yposition Zposition {rotations}" if not parent else f"3 {rotations}"
    lines = [
        f"{indent}{'JOINT' if parent else 'ROOT'} {name}",
        f"{indent}{{",
        f"{indent}  OFFSET {' '.join(f'{x:.4f}' for x in offset)}",
        f"{indent}  CHANNELS {channels}",
    ]
    children = [n for n, p, _ in _JOINTS if p == name]
    for child in children:
        lines += _joint(child, place, depth + 1)
    if not children:
        end = "0 0 6" if name.endswith("ToeBase") else "0 10 0"
        lines += [f"{indent}  End Site", f"{indent}  {{", f"{indent}    OFFSET {end}", f"{indent}  }}"]
    return [*lines, f"{indent}}}"]
