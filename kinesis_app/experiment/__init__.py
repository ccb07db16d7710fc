"""What is done to the human: weakness, paralysis, fatigue, noise, pushes, gravity, floor, mass.

The policy is not told; it meets a changed body. Everything here is a pure function of an
:class:`Experiment` and of the state that the session hands over.
"""

from kinesis_app.experiment.experiment import NORMAL, Experiment, Fatigue, TimedPush

__all__ = ["NORMAL", "Experiment", "Fatigue", "TimedPush"]
