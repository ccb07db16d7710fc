"""Which velocity belongs to which of the 14 joints, also through the coupling of the knees; compiled."""

from __future__ import annotations

import numba as nb
import numpy as np

from kinesis_app.body.joints import N_JOINTS, joint_table

NV = 34
"""Velocities of the model."""


def _columns() -> tuple[np.ndarray, np.ndarray]:
    """For each velocity: the independent joint it belongs to, and its row among the coupled ones."""
    joints = joint_table()
    column, coupled = np.full(NV, -1), np.full(NV, -1)
    column[joints.dof_adr] = np.arange(N_JOINTS)
    column[joints.coupled_dof] = joints.driver
    coupled[joints.coupled_dof] = np.arange(len(joints.driver))
    return column, coupled


COLUMN, _COUPLED = _columns()
_POLYNOMIAL = joint_table().polynomial
QPOS_ADR, DOF_ADR = joint_table().qpos_adr.astype(np.int64), joint_table().dof_adr.astype(np.int64)


@nb.njit(nogil=True, fastmath=True)
def coupling_slopes(qpos: np.ndarray, slope: np.ndarray) -> None:
    """d(velocity)/d(independent joint it belongs to), 1 for the joints themselves, shape (34,)."""
    for dof in range(6, NV):
        slope[dof] = 1.0
        row = _COUPLED[dof]
        if row >= 0:
            knee = qpos[QPOS_ADR[COLUMN[dof]]]
            c = _POLYNOMIAL[row]
            slope[dof] = c[1] + knee * (2.0 * c[2] + knee * (3.0 * c[3] + knee * 4.0 * c[4]))
