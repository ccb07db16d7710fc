"""What a training run depends on, as frozen dataclasses; their defaults are the default recipe's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kinesis_app.env.tracking import TrackingSettings


@dataclass(frozen=True)
class PpoSettings:
    """The learner (names as in Schulman et al. 2017; numbers from a study on two cores).

    Attributes:
        rollout_steps: Control steps of each body between updates.
        epochs: Passes over each rollout.
        minibatch: Samples per gradient step.
        learning_rate: At the start; then steered to ``target_kl`` within its limits.
        gamma: Discount per control step; 0.97 looks about one second ahead.
        log_std: Initial log standard deviation of the actions; learned, but kept over its minimum.
        entropy: Weight of the entropy bonus.
        critic_warmup: First updates in which only the critic learns (for a pre-trained actor).
        mirror: Learn from each experience or its mirror image, by lot; where a mirror is known.
        hidden: Hidden widths of actor and critic (two separate networks).
    """

    rollout_steps: int = 48
    epochs: int = 4
    minibatch: int = 768
    learning_rate: float = 3e-4
    learning_rate_min: float = 1e-5
    learning_rate_max: float = 1e-3
    target_kl: float = 0.02
    gamma: float = 0.97
    gae_lambda: float = 0.95
    clip: float = 0.2
    value_weight: float = 1.0
    entropy: float = 0.0
    max_grad_norm: float = 1.0
    log_std: float = -1.3
    log_std_min: float = -2.5
    critic_warmup: int = 0
    mirror: bool = False
    hidden: tuple[int, ...] = (512, 256, 256)


@dataclass(frozen=True)
class CurriculumSettings:
    """What gets harder by itself.

    Attributes:
        failure_weight: How much more often than the others a clip that always fails is chosen.
        push_start: Survival rate at which pushes start to grow.
        push_growth: Growth of the largest push per update while survival is above that [N].
        push_max: Largest push [N]; 0 leaves the pushes of ``env`` alone.
        push_room: How much further than ``env.fail_distance`` a body may stray at ``push_max`` [m],
            less in proportion at smaller pushes: who must not stray never learns to come back.
    """

    failure_weight: float = 3.0
    push_start: float = 0.9
    push_growth: float = 0.5
    push_max: float = 0.0
    push_room: float = 0.0


@dataclass(frozen=True)
class StageSettings:
    """A stage of reinforcement learning.

    Attributes:
        steps: Control steps; 0 skips the stage.
        first_steps: The first of these are spent on ``first_clips`` alone, at most.
        first_survival: Survival rate that ends this first phase earlier.
        ppo: The learner.
        curriculum: What gets harder by itself.
    """

    steps: int = 0
    first_steps: int = 0
    first_survival: float = 0.95
    ppo: PpoSettings = field(default_factory=PpoSettings)
    curriculum: CurriculumSettings = field(default_factory=CurriculumSettings)


@dataclass(frozen=True)
class DistillSettings:
    """DAgger (Ross et al. 2011) from the teacher to the muscle network.

    Attributes:
        labels: Labelled control steps per round; 0 skips the stage.
        teacher_share: Share of bodies that the teacher moves, round by round.
        epochs: Passes over all data after each round.
        final_epochs: Passes after the last round, the rate falling to ``learning_rate_min``.
        zero_weight: Weight of the error where the label is 0 and the output below it: the action
            map clips there, so nothing is lost.
        noise: Standard deviation added to the actions of the student while data are collected.
        mirror: Learn from each label or its mirror image, by lot.
        hidden: Hidden widths of the muscle network; a narrower ``--student`` is widened to them.
    """

    labels: int = 36_000
    teacher_share: tuple[float, ...] = (1.0, 0.5, 0.25, 0.1, 0.0, 0.0)
    epochs: int = 3
    final_epochs: int = 8
    minibatch: int = 768
    learning_rate: float = 1e-3
    learning_rate_min: float = 3e-5
    zero_weight: float = 0.15
    noise: float = 0.02
    mirror: bool = False
    hidden: tuple[int, ...] = (512, 512, 256)


@dataclass(frozen=True)
class TrainConfig:
    """Everything a training run depends on.

    Attributes:
        name: Name of the policy.
        seed: Seeds the networks, the bodies and the learner.
        action: ``teacher`` (joint offsets, then distilled), ``muscles`` or ``kinesis``.
        held: Whether the teacher's muscle commands are held for a control step, as its student's will be:
            twice the physics, and no reflexes that the student cannot have.
        clips: Motions: calls of generators, ``{generator: walk, speed: [0.8, 1.1], seconds: 10}``;
            a list stands for one motion per entry.
        first_clips: Motions of the first phase; empty for none.
        evaluation: Motions of the evaluation after training.
        env: The task.
        teacher: PPO on the teacher's action (or on ``action`` if that is not the teacher).
        distill: From the teacher to the muscles.
        polish: PPO on the muscles.
        checkpoint_minutes: Time between checkpoints.
    """

    name: str = "walk"
    seed: int = 0
    action: str = "teacher"
    held: bool = False
    clips: tuple[dict[str, Any], ...] = ()
    first_clips: tuple[dict[str, Any], ...] = ()
    evaluation: tuple[dict[str, Any], ...] = ()
    env: TrackingSettings = field(default_factory=TrackingSettings)
    teacher: StageSettings = field(default_factory=StageSettings)
    distill: DistillSettings = field(default_factory=DistillSettings)
    polish: StageSettings = field(default_factory=StageSettings)
    checkpoint_minutes: float = 3.0
