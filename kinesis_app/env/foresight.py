"""Acting well in spite of a delay: a forward model of the body.

A policy whose commands arrive late should know the body as it will be then. What is still on its way
is known, so a model of the body, stepped ahead with it, tells; all but pushes in between. Brains are
thought to do the same (Miall et al. 1993, J Motor Behav 25:203; Wolpert et al. 1995, Science 269:1880).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinesis_app.env.action import excitations
from kinesis_app.env.bodies import Bodies, Frame


def foreseen(bodies: Bodies, on_their_way: Sequence[np.ndarray]) -> Frame:
    """The bodies' state once they have obeyed what is still on its way; the bodies stay as they are.

    Args:
        bodies: Are stepped and put back.
        on_their_way: Actions of the coming control steps, the next one first, (B, 80) each.
    """
    state = bodies.state()
    bodies.set_push(np.zeros((len(bodies), 6)))  # nobody foresees a push
    for action in on_their_way:
        bodies.step(excitations(action, bodies.activation()))
    frame = bodies.frame()
    bodies.restore(*state)
    return frame
