"""A training run from start to end: teacher, distillation, polish, export; resumable in between."""

from __future__ import annotations

from pathlib import Path

from kinesis_app.env.tracking import TrackingEnv
from kinesis_app.motion.clip import MotionClip
from training import ppo
from training.actions import make_env
from training.clips import build_clips
from training.curriculum import Curriculum
from training.distill_stage import distill_stage
from training.networks import Actor, ActorCritic
from training.run import (
    InterruptedRunError,
    Run,
    initial_actor,
    load_critic,
    load_network,
    numpy_policy,
    own_part,
)
from training.scoring import score, summary
from training.settings import StageSettings


def run_stages(run: Run) -> None:
    """Run what is left of the stages.

    Raises:
        InterruptedRunError: If ``run.interrupted`` was set; the run can be resumed.
    """
    functions = {
        "teacher": teacher_stage,
        "distill": distill_stage,
        "polish": polish_stage,
        "export": export_stage,
    }
    order = [*run.stages, "done"]
    first = run.pending["stage"] if run.pending else order[0]
    if run.pending is None:
        run.save(first, None)
    for stage, following in zip(run.stages, order[1:], strict=True):
        if order.index(stage) >= order.index(first):
            functions[stage](run)
            run.save(following, None)
    run.log.end_stage()


# ---------------------------------------------------------------- reinforcement learning


def teacher_stage(run: Run) -> None:
    """PPO with the configuration's action: first on the easy clips, then on all."""
    config = run.config
    actor = initial_actor(run, "", config.action, config.teacher.ppo.hidden)
    policy = _reinforce(run, "teacher", config.teacher, actor, config.action)
    actor = policy.actor
    run.keep_network("teacher.pt", actor, policy.critic)
    if config.action != "teacher":  # there is nothing to distil: this is the policy
        run.keep_network("student.pt", actor)


def polish_stage(run: Run) -> None:
    """PPO on the muscles, from the distilled (or a shipped) network."""
    settings = run.config.polish
    actor = initial_actor(run, "student.pt", "muscles", run.config.distill.hidden)
    policy = _reinforce(run, "polish", settings, actor, "muscles")
    run.keep_network("student.pt", policy.actor, policy.critic)


def _reinforce(run: Run, stage: str, settings: StageSettings, actor: Actor, action: str) -> ActorCritic:
    config = run.config
    state = run.take_pending(stage)
    learner = ppo.Learner(actor, settings.ppo, config.seed, run.device, run.ranks)
    if run.init and action == config.action:
        load_critic(Path(run.init), learner.policy.critic)
    progress = ppo.Progress()
    phases = [run_clips for run_clips in (_first_clips(run, settings), run.clips) if run_clips]
    first_phase = state["phase"] if state else 0
    for phase in range(first_phase, len(phases)):
        clips, is_last = phases[phase], phase == len(phases) - 1
        task, seed = own_part(config.env, run.ranks), run.ranks.seed(config.seed + phase)
        env = make_env(action, clips, task, seed, config.held)
        curriculum = Curriculum(settings.curriculum, len(clips), config.env.fail_distance)
        progress.observation = None
        if state is not None:
            ppo.restore_loop(state, env, learner, curriculum, progress)
            state = None
        _learn(run, stage, settings, phase, is_last, (env, learner, curriculum, progress))
        env.bodies.close()
    return learner.policy.cpu()


def _first_clips(run: Run, settings: StageSettings) -> list[MotionClip]:
    return build_clips(run.config.first_clips) if settings.first_steps > 0 else []


def _learn(
    run: Run,
    stage: str,
    settings: StageSettings,
    phase: int,
    is_last: bool,
    parts: tuple[TrackingEnv, ppo.Learner, Curriculum, ppo.Progress],
) -> None:
    """The learning loop of one phase, with its reports, checkpoints and ends."""
    env, _, _, progress = parts
    limit = settings.steps if is_last else min(settings.first_steps, settings.steps)
    title = f"{stage} ({env.action_size} actions, {len(env.bank.names)} clips)"
    run.log.start_stage(title, limit, progress.steps)

    def save() -> None:
        run.save(stage, ppo.loop_state(*parts) | {"phase": phase})

    def keep_going(progress: ppo.Progress, curriculum: Curriculum) -> bool:
        learnt = not is_last and curriculum.episodes > 200 and curriculum.survival > settings.first_survival
        return not (learnt or run.is_interrupted() or progress.steps >= limit or run.out_of_time(stage))

    def report(progress: ppo.Progress, metrics: dict[str, float]) -> None:
        shown = {
            "episode": f"{metrics['episode_seconds']:.1f}s",
            "survival": f"{100 * metrics['survival']:.0f}%",
            "reward": f"{metrics['reward']:.2f}",
        }
        run.log.write(stage, progress.steps, metrics, shown)
        if run.save_is_due():
            save()

    ppo.train(*parts, keep_going, report)
    if run.is_interrupted():
        save()
        raise InterruptedRunError


# ---------------------------------------------------------------- the end


def export_stage(run: Run) -> None:
    """Write the policy with its contract, evaluate it, write its card; the work of the first rank."""
    from training.card import export_with_card

    if not run.ranks.is_first:
        return
    path = run.directory / "student.pt"
    if not path.is_file():  # only the teacher was asked for: score it, there is nothing to export
        actor = initial_actor(run, "teacher.pt", run.config.action, (1,))
        clips = run.evaluation_clips
        leashed = run.config.env.leashed_share > 0.0
        held = run.config.held
        scores = score(clips, numpy_policy(actor), run.config.action, leashed=leashed, held=held)
        run.log.say(f"teacher: {summary(scores)}")
        return
    export_with_card(run, load_network(path))
