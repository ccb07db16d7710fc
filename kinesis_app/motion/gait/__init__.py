"""Walking in every direction, made from footsteps: plan, feet, pelvis, legs."""

from kinesis_app.motion.gait.plan import GaitPlan, change_sideways, change_speed, change_turn
from kinesis_app.motion.gait.recovery import recovery
from kinesis_app.motion.gait.repertoire import SKILLS, varied
from kinesis_app.motion.gait.replanning import planned_state, replan
from kinesis_app.motion.gait.style import Style
from kinesis_app.motion.gait.synthesis import generate
from kinesis_app.motion.gait.walking import stand, varied_walk, walk

__all__ = [
    "SKILLS",
    "GaitPlan",
    "Style",
    "change_sideways",
    "change_speed",
    "change_turn",
    "generate",
    "planned_state",
    "recovery",
    "replan",
    "stand",
    "varied",
    "varied_walk",
    "walk",
]
