"""Bringing up session and picture side by side, so that the human walks within seconds of the launch."""

from __future__ import annotations

import threading

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.session.live import LiveSession
from kinesis_app.session.reference import REFERENCE_ONLY, ReferencePlayer
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import endless_walk

BUILD_LOCK = threading.Lock()
"""Models are cached but not while they are built: two threads at once would build the same one twice."""


class SessionStarter:
    """Builds the session on a thread; :meth:`result` gives it, or raises what went wrong."""

    def __init__(self, motion: str | None, policy: str | None) -> None:
        self._motion, self._policy = motion, policy
        self._session: LiveSession | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._build, name="startup", daemon=True)
        self._thread.start()

    def result(self) -> LiveSession:
        """Wait for the session, which is not yet started.

        Raises:
            KinesisError: If motion or policy is bad.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._session is not None
        return self._session

    def _build(self) -> None:
        try:
            from kinesis_app.body.model import physics_model
            from kinesis_app.policy import load_policy

            policy = None if self._policy == REFERENCE_ONLY else load_policy(self._policy)
            with BUILD_LOCK:
                physics_model()
            clip = _clip(self._motion)
            self._session = LiveSession(ReferencePlayer(clip) if policy is None else Simulation(clip, policy))
        except BaseException as error:  # noqa: BLE001  handed over to the thread that waits
            self._error = error


def _clip(motion: str | None) -> MotionClip:
    if motion is None:
        return endless_walk()
    from kinesis_app.motion.library import load_motion

    try:
        return load_motion(motion)
    except KinesisError:
        if motion.strip().lower() == "walk":
            return endless_walk()
        raise
