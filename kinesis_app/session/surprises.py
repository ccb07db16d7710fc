"""Goals, sentences, directions and pushes at random: a human that is never left alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kinesis_app.session import messages as m

BETWEEN = (2.0, 6.0)
"""From one thing asked to the next, and from push to push [s]."""
PUSH_SECONDS = 0.2
GOAL_RANGE = 4.0
"""Goals lie within plus and minus this of the human in x and y [m]."""
SENTENCES = (
    "walk forward",
    "walk 3 m at 1.2 m/s, then turn left 90 degrees and stop",
    "turn around",
    "turn right 60 degrees",
    "turn left",
    "stop",
    "faster",
    "slower",
    "walk slowly",
    "walk at 1.5 m/s for 4 seconds",
    "back up two steps",
    "back up half a metre, then walk 2 m",
    "sidestep left half a metre",
    "take two steps to the right",
    "walk in a circle of radius 2 m",
    "walk half a circle of radius 1.5 m to the right",
    "walk 2 m, turn right, walk 2 m",
    "stand for 2 seconds, then walk forward",
)


@dataclass(frozen=True)
class Asked:
    """Something asked of the human.

    Attributes:
        time: Run time [s].
        kind: ``goal``, ``command``, ``direction`` or ``push``.
        text: The sentence, or the numbers.
        message: For the session.
    """

    time: float
    kind: str
    text: str
    message: m.Command


class Surprises:
    """Decide what is asked next, by the run's own time, so that a seed always asks the same.

    Args:
        seed: Of everything.
        force: Hardest push [N], 0 for none.
        start: Run time at which it begins [s].
    """

    def __init__(self, seed: int, force: float = 80.0, start: float = 0.0) -> None:
        self._rng, self._force = np.random.default_rng(seed), force
        self._request_at = start + self._pause()
        self._push_at = start + self._pause() if force else math.inf

    def due(self, shot: m.Snapshot) -> list[Asked]:
        """What is asked now, after the control step of ``shot``; call it once per control step."""
        out = []
        if shot.run_time >= self._request_at:
            self._request_at = shot.run_time + self._pause()
            out.append(self._request(shot))
        if shot.run_time >= self._push_at:
            self._push_at = shot.run_time + self._pause()
            out.append(self._push(shot))
        return out

    def _pause(self) -> float:
        return float(self._rng.uniform(*BETWEEN))

    def _request(self, shot: m.Snapshot) -> Asked:
        rng, kind = self._rng, self._rng.choice(["goal", "command", "direction"], p=[0.4, 0.45, 0.15])
        if kind == "command":
            text = SENTENCES[int(rng.integers(len(SENTENCES)))]
            return Asked(shot.run_time, "command", text, m.TypedCommand(text))
        if kind == "direction":
            heading = float(rng.uniform(-math.pi, math.pi))
            return Asked(shot.run_time, "direction", f"{math.degrees(heading):.0f} deg", m.Steer(heading))
        x, y = (float(v) for v in shot.qpos[:2] + rng.uniform(-GOAL_RANGE, GOAL_RANGE, 2))
        facing = float(rng.uniform(-math.pi, math.pi)) if rng.random() < 0.5 else None
        text = f"{x - shot.qpos[0]:.2f}, {y - shot.qpos[1]:.2f} m away"
        return Asked(shot.run_time, "goal", text, m.SetGoal(x, y, facing))

    def _push(self, shot: m.Snapshot) -> Asked:
        force, angle = self._rng.uniform(0.25, 1.0) * self._force, self._rng.uniform(-math.pi, math.pi)
        vector = (float(force * math.cos(angle)), float(force * math.sin(angle)), 0.0)
        text = f"{force:.0f} N towards {math.degrees(angle):.0f} deg"
        return Asked(shot.run_time, "push", text, m.Push(vector, PUSH_SECONDS))
