"""Muscles by name, side, group and joint."""

from __future__ import annotations

from dataclasses import dataclass

from kinesis_app.body.joints import LEG_JOINTS
from kinesis_app.body.muscles import GROUPS, muscle_table

SIDES = ("both sides", "left", "right")
ALL_GROUPS, ALL_JOINTS = "all groups", "all joints"
GROUP_CHOICES = (ALL_GROUPS, *GROUPS)
JOINT_CHOICES = (ALL_JOINTS, *LEG_JOINTS)


@dataclass(frozen=True)
class MuscleFilter:
    """Which muscles to draw.

    Attributes:
        text: Part of the name.
        side: One of ``SIDES``.
        group: One of ``GROUP_CHOICES``.
        joint: One of ``JOINT_CHOICES``: muscles that cross it.
    """

    text: str = ""
    side: str = SIDES[0]
    group: str = ALL_GROUPS
    joint: str = ALL_JOINTS

    @property
    def muscles(self) -> list[int]:
        """Indices of the muscles that fit, in the model's order."""
        table, text = muscle_table(), self.text.lower().strip()
        return [
            i
            for i, name in enumerate(table.names)
            if text in name.lower()
            and self.side[0] in ("b", table.side[i])
            and self.group in (ALL_GROUPS, table.group[i])
            and (self.joint == ALL_JOINTS or f"{self.joint}_{table.side[i]}" in table.joints[i])
        ]
