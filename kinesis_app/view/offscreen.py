"""Renders poses of the body to images, without a window."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.view import glcontext, overlay, tubes
from kinesis_app.view.camera import Camera
from kinesis_app.view.colors import activation_color
from kinesis_app.view.decimate import coarse_meshes
from kinesis_app.view.pose import Pose
from kinesis_app.view.quality import LEVELS, Quality
from kinesis_app.view.scene import BONE_GROUP, CORDS, FLOOR_GROUP, view_model

MAX_GEOMS = 600
RESTING_COLOR = np.array([0.55, 0.24, 0.24])
"""Of muscles when they are not coloured by activation."""


@dataclass(frozen=True)
class ViewOptions:
    """What is shown.

    Attributes:
        muscles: Whether muscles are drawn.
        muscle_color: Whether they are coloured by activation.
        ghost: Whether the reference is drawn.
        forces: Whether ground reactions are drawn.
    """

    muscles: bool = True
    muscle_color: bool = True
    ghost: bool = True
    forces: bool = False


class Renderer:
    """Owns one GL context; create, use and close it on one thread.

    Args:
        width: Largest image [pixels].
        height: Largest image [pixels].
        quick: Where a processor does the drawing, no multisampling, coarse bones and shadows.
    """

    def __init__(self, width: int = 1920, height: int = 1200, quick: bool = True) -> None:
        self.model = view_model()
        self._gl, self.backend = glcontext.make_context(width, height)
        self.device = glcontext.renderer_name(self._gl)
        self.software = glcontext.is_software(self.device)
        self._size = (width, height)
        coarse = quick and self.software
        visual = self.model.vis
        visual.global_.offwidth, visual.global_.offheight = width, height
        visual.quality.offsamples = 0 if coarse else 4
        visual.quality.shadowsize = 1024 if coarse else 4096
        with coarse_meshes(self.model) if coarse else contextlib.nullcontext():
            self._context = mujoco.MjrContext(self.model, mujoco.mjtFontScale.mjFONTSCALE_100)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self.data, self._ghost = mujoco.MjData(self.model), mujoco.MjData(self.model)
        self.scene = mujoco.MjvScene(self.model, MAX_GEOMS)
        self.option = _option()
        self._perturb = mujoco.MjvPerturb()

    def render(
        self,
        pose: Pose,
        camera: Camera,
        out: np.ndarray,
        options: ViewOptions | None = None,
        quality: Quality = LEVELS[-1],
    ) -> None:
        """Draw ``pose`` into ``out``, uint8 (height, width, 3), bottom row first.

        Args:
            pose: What to draw.
            camera: From where.
            out: C-contiguous; at most as large as this renderer's largest image.
            options: What is shown.
            quality: Shadow, reflection and ghost; its scale is for the caller to apply.
        """
        self.update(pose, camera, options or ViewOptions(), quality)
        height, width = out.shape[:2]
        if width > self._size[0] or height > self._size[1]:
            raise ValueError(f"Image of {width}x{height} is larger than this renderer's {self._size}.")
        viewport = mujoco.MjrRect(0, 0, width, height)
        mujoco.mjr_render(viewport, self.scene, self._context)
        mujoco.mjr_readPixels(out, None, viewport, self._context)

    def update(self, pose: Pose, camera: Camera, options: ViewOptions, quality: Quality) -> None:
        """Bring the scene up to date without drawing it."""
        model, data, scene = self.model, self.data, self.scene
        overlay.set_pose(model, data, pose.qpos, muscles=True)
        self.option.flags[mujoco.mjtVisFlag.mjVIS_SKIN] = options.muscles
        colors = activation_color(pose.activation) if options.muscle_color else RESTING_COLOR
        model.skin_rgba[:CORDS, :3] = colors
        everything = int(mujoco.mjtCatBit.mjCAT_ALL)
        mujoco.mjv_updateScene(model, data, self.option, self._perturb, camera.cam, everything, scene)
        if options.muscles:
            self._shape_muscles(pose.activation)
        if not quality.shadow:
            overlay.add_soft_shadow(model, data, scene)
        if options.ghost and quality.ghost and pose.reference_qpos is not None:
            overlay.set_pose(model, self._ghost, pose.reference_qpos, muscles=False)
            overlay.add_ghost(model, data, self._ghost, scene)
        if options.forces and pose.grf is not None:
            overlay.add_ground_forces(model, data, pose.grf, scene)
        if pose.push is not None:
            overlay.add_push(model, data, pose.push, scene)
        self._set_flags(quality)

    def pick(self, x: float, y: float, aspect: float) -> np.ndarray | None:
        """World point (3,) [m] under a point of the last picture, or None on the sky.

        Args:
            x: From the left, in widths.
            y: From the bottom, in heights.
            aspect: Width over height of the picture.
        """
        point = np.zeros((3, 1))
        ids = [np.full((1, 1), -1, dtype=np.int32) for _ in range(3)]
        body = mujoco.mjv_select(self.model, self.data, self.option, aspect, x, y, self.scene, point, *ids)
        return point[:, 0] if body >= 0 else None

    def close(self) -> None:
        """Free the GL context; on the thread that made it."""
        self._context.free()
        self._gl.free()

    def _shape_muscles(self, activation: np.ndarray) -> None:
        paths = tubes.wrapped_paths(self.data)
        scene, n = self.scene, 0
        for vertices, normals in (tubes.belly_tubes(paths, activation), tubes.cord_tubes(paths)):
            scene.skinvert[n : n + vertices.size] = vertices.reshape(-1)
            scene.skinnormal[n : n + vertices.size] = normals.reshape(-1)
            n += vertices.size

    def _set_flags(self, quality: Quality) -> None:
        flags = self.scene.flags
        flags[mujoco.mjtRndFlag.mjRND_SHADOW] = quality.shadow
        flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = quality.reflection
        flags[mujoco.mjtRndFlag.mjRND_HAZE] = True
        flags[mujoco.mjtRndFlag.mjRND_SKYBOX] = True


def _option() -> mujoco.MjvOption:
    option = mujoco.MjvOption()
    option.geomgroup[:] = 0
    option.geomgroup[[BONE_GROUP, FLOOR_GROUP]] = 1
    option.sitegroup[:] = 0
    for flag in ("TENDON", "ACTUATOR", "ACTIVATION", "CONTACTPOINT", "CONTACTFORCE"):
        option.flags[getattr(mujoco.mjtVisFlag, f"mjVIS_{flag}")] = 0
    return option
