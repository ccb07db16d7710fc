"""Small motion files of every format, written by the tests: a body that bends its knees a little."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import c3d
import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, compose_qpos
from kinesis_app.body.kinematics import BODIES, forward
from kinesis_app.body.rotations import FACING_X
from kinesis_app.motion.clip import MotionClip, save_clip
from kinesis_app.motion.formats.deepmimic import WIDTH
from kinesis_app.motion.formats.keyframes import BODIES as KEYFRAME_BODIES
from kinesis_app.motion.formats.smpl import NAMES
from kinesis_app.motion.retarget.shape import sole_heights

FRAMES, FPS = 24, 50.0
ASF = """:units
  length 0.45
  angle deg
:root
  order TX TY TZ RX RY RZ
  axis XYZ
  position 0 0 0
  orientation 0 0 0
:bonedata
"""


def bending(frames: int = FRAMES) -> MotionClip:
    """Standing on flat feet, bending and stretching the knees."""
    flexion = 0.3 - 0.15 * np.cos(np.linspace(0.0, 2.0 * np.pi, frames))
    joints = np.zeros((frames, 14))
    for side in "rl":
        joints[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = 0.5 * flexion
        joints[:, JOINT_NAMES.index(f"knee_angle_{side}")] = flexion
        joints[:, JOINT_NAMES.index(f"ankle_angle_{side}")] = 0.5 * flexion
    quat = np.tile(FACING_X, (frames, 1))
    hanging = sole_heights(forward(compose_qpos(np.zeros((frames, 3)), quat, joints)))
    root = np.column_stack([np.zeros((frames, 2)), -hanging.min(axis=(1, 2, 3))])
    return MotionClip("bending", FPS, root, quat, joints, {"source": "test"})


def body_points(clip: MotionClip) -> dict[str, np.ndarray]:
    """Joints and trunk of a clip by plain name [m], each (T, 3)."""
    frames = forward(clip.qpos())
    at = {name: frames.pos[:, BODIES.index(name)] for name in BODIES}
    up, left = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
    points = {"pelvis": at["pelvis"], "neck": at["pelvis"] + 0.5 * up, "head": at["pelvis"] + 0.65 * up}
    for side, name, sign in (("r", "right", -1.0), ("l", "left", 1.0)):
        for joint, body in (("hip", "femur"), ("knee", "tibia"), ("ankle", "talus"), ("foot", "toes")):
            points[f"{name}_{joint}"] = at[f"{body}_{side}"]
        points[f"{name}_heel"] = at[f"calcn_{side}"]
        points[f"{name}_shoulder"] = at["pelvis"] + 0.45 * up + sign * 0.17 * left
    return points


def markers(clip: MotionClip) -> dict[str, np.ndarray]:
    """Skin markers of a clip [m], each (T, 3): where Harrington's hips fall on this body's."""
    p, out = body_points(clip), {}
    ahead, left, up = np.eye(3)
    middle = 0.5 * (p["right_hip"] + p["left_hip"])
    for side, name, sign in (("R", "right", -1.0), ("L", "left", 1.0)):
        out[f"{side}.ASIS"] = middle + 0.05 * ahead + sign * 0.11 * left + 0.09 * up
        out[f"{side}.PSIS"] = middle - 0.10 * ahead + sign * 0.05 * left + 0.10 * up
        for joint, half in (("knee", 0.054), ("ankle", 0.037)):
            out[f"{side}.{joint.capitalize()}"] = p[f"{name}_{joint}"] + sign * half * left
            out[f"{side}.{joint.capitalize()}.Medial"] = p[f"{name}_{joint}"] - sign * half * left
        out[f"{side}.Heel"] = p[f"{name}_heel"]
        out[f"{side}.MT1"] = p[f"{name}_foot"] - sign * 0.03 * left
        out[f"{side}.MT5"] = p[f"{name}_foot"] + sign * 0.05 * left
    return out


def smpl_joints(clip: MotionClip) -> np.ndarray:
    """HumanML3D joints, y up, shape (T, 22, 3)."""
    points = body_points(clip)
    world = np.stack([points.get(name, points["neck"]) for name in NAMES], axis=1)
    return np.stack([world[..., 1], world[..., 2], world[..., 0]], axis=-1).astype(np.float32)


def write_mot(path: Path) -> Path:
    clip = bending()
    names = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")
    place = clip.root_pos[:, [0, 2, 1]] * [1.0, 1.0, -1.0]
    time = np.arange(FRAMES)[:, None] / FPS
    rows = np.hstack([time, np.zeros((FRAMES, 3)), place, np.rad2deg(clip.joints)])
    head = [
        "walk",
        f"nRows={FRAMES}",
        "inDegrees=yes",
        "endheader",
        "\t".join(["time", *names, *JOINT_NAMES]),
    ]
    path.write_text("\n".join([*head, *("\t".join(f"{v:.5f}" for v in row) for row in rows)]) + "\n")
    return path


def write_trc(path: Path) -> Path:
    tracks = markers(bending())
    world = np.stack(list(tracks.values()), axis=1)
    y_up = 1e3 * np.stack([world[..., 0], world[..., 2], -world[..., 1]], axis=-1)
    head = (
        "PathFileType\t4\t(X/Y/Z)\twalk.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n"
        f"{FPS}\t{FPS}\t{FRAMES}\t{len(tracks)}\tmm\nFrame#\tTime\t"
        + "\t\t\t".join(tracks)
        + "\t\t\n\t\tX1\n\n"
    )
    rows = [
        "\t".join([str(i + 1), f"{i / FPS:.3f}", *(f"{v:.2f}" for v in frame.ravel())])
        for i, frame in enumerate(y_up)
    ]
    path.write_text(head + "\n".join(rows) + "\n")
    return path


def write_c3d(path: Path) -> Path:
    tracks = markers(bending())
    return write_points(path, {name.replace(".", ""): 1e3 * track for name, track in tracks.items()})


def write_points(path: Path, points: dict[str, np.ndarray]) -> Path:
    """A C3D file of points [mm] (or of angles in degrees), each (T, 3)."""
    writer = c3d.Writer(point_rate=FPS, analog_rate=FPS)
    writer.set_point_labels(list(points))
    stacked = np.stack(list(points.values()), axis=1)
    frames = [(np.hstack([f, np.zeros((len(f), 2))]).astype(np.float32), np.zeros((0, 1))) for f in stacked]
    writer.add_frames(frames)
    with path.open("wb") as handle:
        writer.write(handle)
    return path


def write_amass(path: Path) -> Path:
    flexion = 0.3 - 0.15 * np.cos(np.linspace(0.0, 2.0 * np.pi, FRAMES))
    poses = np.zeros((FRAMES, 156))
    poses[:, 0] = 0.5 * np.pi  # SMPL's y-up rest body stands in a z-up world
    for joint, share in ((1, -0.5), (2, -0.5), (4, 1.0), (5, 1.0), (7, -0.5), (8, -0.5)):
        poses[:, 3 * joint] = share * flexion
    trans = np.column_stack([np.zeros((FRAMES, 2)), 0.55 + 0.345 * np.cos(0.5 * flexion)])
    np.savez(
        path, poses=poses, trans=trans, betas=np.zeros(16), mocap_framerate=np.array(FPS), gender="neutral"
    )
    return path


def write_humanml(path: Path) -> Path:
    np.save(path, smpl_joints(bending()))
    return path


def write_mdm(path: Path) -> Path:
    motion = np.moveaxis(smpl_joints(bending()), 0, -1)[None]
    results = {"motion": motion, "text": ["bends"], "lengths": np.array([FRAMES]), "num_samples": 1}
    np.save(path, results, allow_pickle=True)  # type: ignore[arg-type]
    return path


def write_keyframes(path: Path) -> Path:
    points = body_points(bending())
    sides = {"r": "right", "l": "left"}
    place = {"toe": "foot", "heel": "ankle", "hand": "shoulder", "elbow": "shoulder"}

    def point(name: str) -> np.ndarray:
        if name in points:
            return points[name]
        outward = {"r": -0.045, "l": 0.045}[name[0]] if name[1:] == "knee" else 0.0
        return points[f"{sides[name[0]]}_{place.get(name[1:], name[1:])}"] + [0.0, outward, 0.0]

    rows = np.stack([point(name) for name in KEYFRAME_BODIES], axis=1).reshape(FRAMES, -1)
    keys = "\n".join(f'<key mpos="{" ".join(f"{v:.4f}" for v in row)}"/>' for row in rows)
    path.write_text(f"<mujoco><keyframe>\n{keys}\n</keyframe></mujoco>\n")
    return path


def write_deepmimic(path: Path) -> Path:
    frame = np.zeros(WIDTH)
    frame[:4] = 0.02, 0.0, 0.87, 0.0
    unit = [1.0, 0.0, 0.0, 0.0]
    leg = [*unit, -0.3, *unit]
    frame[4:] = [*unit, *unit, *unit, *leg, *unit, 0.0, *leg, *unit, 0.0]
    path.write_text(json.dumps({"Loop": "none", "Frames": [frame.tolist()] * FRAMES}))
    return path


def write_bvh(path: Path) -> Path:
    joints = "".join(
        f"JOINT {side}UpLeg\n{{\nOFFSET {x} -5 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        f"JOINT {side}Leg\n{{\nOFFSET 0 -40 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        f"JOINT {side}Foot\n{{\nOFFSET 0 -40 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        f"JOINT {side}ToeBase\n{{\nOFFSET 0 -6 13\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        "End Site\n{\nOFFSET 0 0 6\n}\n}\n}\n}\n}\n"
        for side, x in (("Right", -8), ("Left", 8))
    )
    turns = "CHANNELS 3 Zrotation Xrotation Yrotation\n"
    spine = f"JOINT Neck\n{{\nOFFSET 0 50 0\n{turns}JOINT Head\n{{\nOFFSET 0 20 0\n{turns}"
    spine += "End Site\n{\nOFFSET 0 10 0\n}\n}\n}\n"
    head = "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 6 Xposition Yposition Zposition "
    head += "Zrotation Xrotation Yrotation\n"
    row = " ".join(["0 94 0 0 0 0", *(["0 -10 0", "0 20 0", "0 -10 0", "0 0 0"] * 2), *["0 0 0"] * 2])
    motion = f"MOTION\nFrames: {FRAMES}\nFrame Time: 0.02\n" + f"{row}\n" * FRAMES
    path.write_text(head + joints + spine + "}\n" + motion)
    return path


def write_amc(path: Path) -> Path:
    """A CMU skeleton of legs and trunk beside its motion."""
    bones = [("root", "thorax", "0 1 0", 8)]
    for side, x in (("r", -1), ("l", 1)):
        bones += [
            ("root", f"{side}hipjoint", f"{x} -0.5 0", 1.5),
            (f"{side}hipjoint", f"{side}femur", "0 -1 0", 7.2),
            (f"{side}femur", f"{side}tibia", "0 -1 0", 7.1),
            (f"{side}tibia", f"{side}foot", "0 -0.4 0.9", 2.4),
            ("thorax", f"{side}clavicle", f"{x} 0 0", 3),
        ]
    data = "".join(
        f"begin\nname {name}\ndirection {direction}\nlength {length}\naxis 0 0 0 XYZ\ndof rx ry rz\nend\n"
        for _, name, direction, length in bones
    )
    tree = "".join(f"{parent} {name}\n" for parent, name, *_ in bones)
    path.with_suffix(".asf").write_text(f"{ASF}{data}:hierarchy\nbegin\n{tree}end\n")
    turned = {"femur": -10, "tibia": 20, "foot": -10}
    lines = [":FULLY-SPECIFIED", ":DEGREES"]
    for i in range(FRAMES):
        lines += [str(i + 1), "root 0 16 0 0 0 0"]
        lines += [f"{name} {turned.get(name[1:], 0)} 0 0" for _, name, *_ in bones]
    path.write_text("\n".join(lines) + "\n")
    return path


def write_clip(path: Path) -> Path:
    save_clip(bending(), path)
    return path


SEEDS: dict[str, Callable[[Path], Path]] = {
    "walk.mot": write_mot, "walk.trc": write_trc, "walk.c3d": write_c3d, "amass.npz": write_amass,
    "joints.npy": write_humanml, "results.npy": write_mdm, "keys.xml": write_keyframes,
    "humanoid.json": write_deepmimic, "legs.bvh": write_bvh, "07_01.amc": write_amc, "clip.npz": write_clip,
}  # fmt: skip
"""File name and writer of one small file per format."""
