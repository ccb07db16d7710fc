"""How well a policy imitates: KINESIS' protocol, and pushes."""

from kinesis_app.evaluation.protocol import ClipResult, Evaluation, evaluate
from kinesis_app.evaluation.pushes import PushEvaluation, evaluate_pushes

__all__ = ["ClipResult", "Evaluation", "PushEvaluation", "evaluate", "evaluate_pushes"]
