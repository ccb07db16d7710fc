"""Ready-made places to look from."""

from __future__ import annotations

from dataclasses import dataclass

from kinesis_app.view.camera import BESIDE, DEFAULT_DISTANCE, DEFAULT_ELEVATION


@dataclass(frozen=True)
class CameraView:
    """A direction of view.

    Attributes:
        title: What the user reads.
        azimuth: Against the body's heading [deg].
        elevation: [deg], negative looks down.
        distance: [m].
        tracking: Whether the camera goes along.
    """

    title: str
    azimuth: float
    elevation: float
    distance: float
    tracking: bool = True


CAMERA_VIEWS = (
    CameraView("three-quarter", BESIDE, DEFAULT_ELEVATION, DEFAULT_DISTANCE),
    CameraView("from the right", 90.0, -4.0, 3.3),
    CameraView("from the left", -90.0, -4.0, 3.3),
    CameraView("from the front", 180.0, -4.0, 3.3),
    CameraView("from behind", 0.0, -10.0, 3.8),
    CameraView("from above", 0.0, -75.0, 4.5),
    CameraView("fixed, far", BESIDE, -16.0, 8.0, tracking=False),
)
