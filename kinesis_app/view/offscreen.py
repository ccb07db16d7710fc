"""Renders poses of the body to images, without a window."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.view import glcontext, overlay, tubes
from kinesis_app.view.camera import Camera
from kinesis_app.view.colors import color_of
from kinesis_app.view.decimate import coarse_meshes
from kinesis_app.view.eye import Eye, eye_of
from kinesis_app.view.muscle_values import muscle_values
from kinesis_app.view.options import EFFECTS, FLAGS, ViewOptions
from kinesis_app.view.pose import Pose
from kinesis_app.view.quality import LEVELS, Quality
from kinesis_app.view.scene import CORDS, view_model

MAX_GEOMS = 6000
"""Room for all that can be drawn at once: MuJoCo's own tendons, boxes, frames and labels."""
RESTING_COLOR = np.array([0.55, 0.24, 0.24])
"""Of muscles that are not coloured by a quantity."""
SELECTED_SHADE = np.array([0.45, 0.95, 1.0])
"""Mixed into the colour of the selected muscle."""
SELECTED_THICKNESS = 1.35


@dataclass(frozen=True)
class Picked:
    """What is under a point of the picture.

    Attributes:
        point: In the world [m], shape (3,).
        body: Name of the body; empty for a muscle.
        muscle: Index of the muscle; None for a body.
    """

    point: np.ndarray
    body: str = ""
    muscle: int | None = None


class Renderer:
    """Owns one GL context; create, use and close it on one thread.

    Args:
        width: Largest image [pixels].
        height: Largest image [pixels].
        quick: Where a processor does the drawing, no multisampling, coarse bones and shadows.
    """

    def __init__(self, width: int = 1920, height: int = 1200, quick: bool = True) -> None:
        # A copy of its own: colours are written into it, and a film may be drawn beside the window.
        self.model = copy.copy(view_model())
        self._gl = glcontext.make_context(width, height)
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
        self._set_option(options)
        model.skin_rgba[:CORDS] = _muscle_colors(pose, options)
        everything = int(mujoco.mjtCatBit.mjCAT_ALL)
        mujoco.mjv_updateScene(model, data, self.option, self._perturb, camera.cam, everything, scene)
        if options.muscles:
            self._shape_muscles(pose.activation, options)
        if not quality.shadow:
            overlay.add_soft_shadow(model, data, scene)
        if options.ghost and quality.ghost and pose.reference_qpos is not None:
            overlay.set_pose(model, self._ghost, pose.reference_qpos, muscles=False)
            overlay.add_ghost(model, data, self._ghost, scene)
        if options.forces and pose.grf is not None:
            overlay.add_ground_forces(model, data, pose.grf, scene)
        if pose.push is not None and "PERTFORCE" in options.flags:
            overlay.add_push(model, data, pose.push, scene)
        if options.selected_body and "PERTOBJ" in options.flags:
            overlay.add_selection(model, data, options.selected_body, scene)
        overlay.add_goals(scene, options.goals)
        self._set_effects(options, quality)

    def eye(self, aspect: float) -> Eye:
        """Where the last picture was taken from, if its width over height is ``aspect``."""
        return eye_of(self.scene, aspect)

    def pick(self, x: float, y: float, aspect: float) -> Picked | None:
        """What is under a point of the last picture; None on the sky.

        Args:
            x: From the left, in widths.
            y: From the bottom, in heights.
            aspect: Width over height of the picture.
        """
        point = np.zeros((3, 1))
        geom, flex, skin = (np.full((1, 1), -1, dtype=np.int32) for _ in range(3))
        body = mujoco.mjv_select(
            self.model, self.data, self.option, aspect, x, y, self.scene, point, geom, flex, skin
        )
        if 0 <= skin[0, 0] < CORDS:
            return Picked(point[:, 0], muscle=int(skin[0, 0]))
        return Picked(point[:, 0], self.model.body(body).name) if body >= 0 else None

    def close(self) -> None:
        """Free the GL context; on the thread that made it."""
        self._context.free()
        self._gl.free()

    def _set_option(self, options: ViewOptions) -> None:
        option = self.option
        option.flags[mujoco.mjtVisFlag.mjVIS_SKIN] = options.muscles
        for name in FLAGS:
            option.flags[getattr(mujoco.mjtVisFlag, f"mjVIS_{name}")] = name in options.flags
        option.geomgroup[:] = [group in options.groups for group in range(6)]
        option.sitegroup[:] = [group in options.site_groups for group in range(6)]
        option.jointgroup[:] = [group in options.joint_groups for group in range(6)]
        option.tendongroup[:] = [group in options.tendon_groups for group in range(6)]
        option.actuatorgroup[:] = [group in options.actuator_groups for group in range(6)]
        option.frame = int(getattr(mujoco.mjtFrame, f"mjFRAME_{options.frame}"))
        option.label = int(getattr(mujoco.mjtLabel, f"mjLABEL_{options.label}"))
        self._perturb.select = self.model.body(options.selected_body).id if options.selected_body else 0
        if {"CONTACTPOINT", "CONTACT"} & {*options.flags, options.frame, options.label}:
            mujoco.mj_collision(self.model, self.data)

    def _shape_muscles(self, activation: np.ndarray, options: ViewOptions) -> None:
        paths = tubes.wrapped_paths(self.data)
        thickness = np.ones(CORDS)
        if options.selected_muscle is not None:
            thickness[options.selected_muscle] = SELECTED_THICKNESS
        scene, n = self.scene, 0
        for vertices, normals in (tubes.belly_tubes(paths, activation, thickness), tubes.cord_tubes(paths)):
            if options.shown is not None:  # all vertices in one place: nothing to see or to click
                hidden = [i for i in range(CORDS) if i not in options.shown]
                vertices[hidden] = vertices[hidden][:, :1, :1]
            scene.skinvert[n : n + vertices.size] = vertices.reshape(-1)
            scene.skinnormal[n : n + vertices.size] = normals.reshape(-1)
            n += vertices.size

    def _set_effects(self, options: ViewOptions, quality: Quality) -> None:
        affordable = {"SHADOW": quality.shadow, "REFLECTION": quality.reflection}
        for name in EFFECTS:
            on = name in options.effects and affordable.get(name, True)
            self.scene.flags[getattr(mujoco.mjtRndFlag, f"mjRND_{name}")] = on


def _muscle_colors(pose: Pose, options: ViewOptions) -> np.ndarray:
    """RGBA per muscle, shape (80, 4)."""
    values = None if options.color_by == "plain" else muscle_values(pose, options.color_by)
    colors = np.ones((CORDS, 4))
    colors[:, :3] = RESTING_COLOR if values is None else color_of(values, options.color_map)
    if options.selected_muscle is not None:
        chosen = colors[options.selected_muscle, :3]
        colors[options.selected_muscle, :3] = 0.45 * chosen + 0.55 * SELECTED_SHADE
    return colors


def _option() -> mujoco.MjvOption:
    option = mujoco.MjvOption()
    for flag in ("TENDON", "ACTUATOR", "ACTIVATION", "CONTACTPOINT", "CONTACTFORCE"):
        option.flags[getattr(mujoco.mjtVisFlag, f"mjVIS_{flag}")] = 0
    return option
