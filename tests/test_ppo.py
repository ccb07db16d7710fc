"""The learner: advantages by hand, networks, configuration, determinism, exact resume."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from pretend_teacher import PretendTeacher

from kinesis_app.env.bodies import Bodies
from kinesis_app.env.tracking import Step, TrackingEnv, TrackingSettings
from kinesis_app.errors import KinesisError
from training import ppo
from training.checkpoint import load_checkpoint, save_checkpoint
from training.clips import build_clips, stand
from training.command import main
from training.config import load_config, to_yaml
from training.curriculum import Curriculum
from training.distill import imitation_loss
from training.env_state import env_state, restore_env
from training.networks import Actor, Normaliser, kl_divergence, log_probability, widened
from training.rollout import advantages, successor_values
from training.settings import CurriculumSettings, PpoSettings, TrainConfig

torch.set_num_threads(1)  # tiny networks: a second thread only waits

TINY = """
name: tiny
action: muscles
clips: [{generator: stand, seconds: 3.0}]
env: {n_envs: 6, episode_seconds: 1.0, push: {force: 30.0, interval: 0.5}}
teacher:
  steps: 384
  ppo: {rollout_steps: 16, minibatch: 32, hidden: [16, 16], epochs: 2}
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


# ---------------------------------------------------------------- pure functions


def test_advantages_by_hand() -> None:
    """Two bodies, three steps, gamma 0.5, lambda 0.5: every number worked out on paper."""
    reward = torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    value = torch.tensor([[2.0, 2.0], [4.0, 4.0], [6.0, 6.0]])
    # Body 0 runs through. Body 1 fails at step 0 and runs out of time at step 1 in a state worth 10.
    terminated = torch.tensor([[False, True], [False, False], [False, False]])
    truncated = torch.tensor([[False, False], [False, True], [False, False]])
    successor = successor_values(value, torch.tensor([8.0, 8.0]), torch.tensor([10.0]), terminated, truncated)
    assert successor.tolist() == [[4.0, 0.0], [6.0, 10.0], [8.0, 8.0]]
    out = advantages(reward, value, successor, terminated | truncated, 0.5, 0.5)
    # delta: body 0: 1+2-2=1, 1+3-4=0, 1+4-6=-1;  body 1: 1+0-2=-1, 1+5-4=2, -1.
    # body 0: A2=-1, A1=0+.25*-1=-.25, A0=1+.25*-.25=.9375;  body 1: every episode ends at once.
    assert out.tolist() == [[0.9375, -1.0], [-0.25, 2.0], [-1.0, -1.0]]


def test_lambda_one_is_the_discounted_return() -> None:
    rng = torch.Generator().manual_seed(0)
    reward, value = torch.rand(20, 3, generator=rng), torch.rand(20, 3, generator=rng)
    last = torch.rand(3, generator=rng)
    no = torch.zeros(20, 3, dtype=torch.bool)
    successor = successor_values(value, last, torch.empty(0), no, no)
    out = advantages(reward, value, successor, no, 0.9, 1.0) + value
    expected = last
    for t in reversed(range(20)):
        expected = reward[t] + 0.9 * expected
    torch.testing.assert_close(out[0], expected)


def test_normaliser_equals_statistics_of_all_data() -> None:
    data = torch.randn(90, 5, generator=torch.Generator().manual_seed(1)) * 3.0 + 2.0
    normaliser = Normaliser(5)
    for part in data.split([10, 50, 30]):
        normaliser.update(part)
    torch.testing.assert_close(normaliser.mean, data.double().mean(0))
    torch.testing.assert_close(normaliser.var, data.double().var(0, unbiased=False))
    out = normaliser(data)
    torch.testing.assert_close(out.mean(0), torch.zeros(5), atol=1e-5, rtol=0)


def test_gaussian_formulas_match_torch() -> None:
    rng = torch.Generator().manual_seed(2)
    mean, new_mean, action = (torch.randn(4, 3, generator=rng) for _ in range(3))
    log_std, new_log_std = torch.tensor([-1.0, 0.0, 0.3]), torch.tensor([-0.8, 0.1, 0.0])
    old = torch.distributions.Normal(mean, log_std.exp())
    new = torch.distributions.Normal(new_mean, new_log_std.exp())
    torch.testing.assert_close(log_probability(action, mean, log_std), old.log_prob(action).sum(-1))
    expected = torch.distributions.kl_divergence(old, new).sum(-1)
    torch.testing.assert_close(kl_divergence(mean, log_std, new_mean, new_log_std), expected)


def test_a_widened_network_is_the_same_function_that_can_learn_more() -> None:
    random = torch.Generator().manual_seed(0)
    narrow = Actor(5, 3, (8, 6), random)
    narrow.normaliser.update(3.0 + 2.0 * torch.randn(200, 5, generator=random))
    wide = widened(narrow, (16, 6), random)
    x = torch.randn(50, 5, generator=random)
    assert wide.sizes == [5, 16, 6, 3]
    torch.testing.assert_close(wide(x), narrow(x))
    wide(x).square().sum().backward()
    second = wide.layers[2]
    assert isinstance(second, torch.nn.Linear)
    assert second.weight.grad is not None
    assert (second.weight.grad[:, 8:].abs() > 0.0).any()  # the new units can be made use of
    for other in ((4, 8), (8, 6, 4)):
        assert widened(narrow, other, random) is narrow


def test_imitation_loss_spares_what_the_limits_clip() -> None:
    label = torch.tensor([[0.0, 0.0, 1.0, 0.5]])
    output = torch.tensor([[-0.2, 0.2, 1.2, 0.7]])
    expected = 0.04 * (0.1 + 1.0 + 0.1 + 1.0) / 4
    assert float(imitation_loss(output, label, 0.1)) == pytest.approx(expected)


# ---------------------------------------------------------------- configuration


def test_shipped_configs_load_and_survive_a_round_trip(tmp_path: Path) -> None:
    for name in ("walk", "kinesis", "locomotion", "runner", "goal"):
        config = load_config(name)
        assert config.name == name
        (tmp_path / "copy.yaml").write_text(to_yaml(config))
        assert load_config(str(tmp_path / "copy.yaml")) == config
    assert load_config("repertoire").name == "locomotion"  # the network that the experts teach


def test_overrides() -> None:
    config = load_config("walk", ["teacher.ppo.gamma=0.9", "env.n_envs=8", "clips=[]"])
    assert (config.teacher.ppo.gamma, config.env.n_envs, config.clips) == (0.9, 8, ())
    assert config.teacher.ppo.epochs == TrainConfig().teacher.ppo.epochs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("teacher: {ppo: {learning_rat: 1}}", r"unknown key 'teacher.ppo.learning_rat'.*'learning_rate'"),
        ("env: {n_envs: many}", r"'env.n_envs' must be a whole number, not 'many'"),
        ("env: {n_envs: 2.5}", r"'env.n_envs' must be a whole number"),
        ("seed: true", r"'seed' must be a whole number"),
        ("teacher: 3", r"'teacher' must be a mapping"),
        ("clips: walk", r"'clips' must be a list"),
        ("clips: [walk]", r"'clips\[0\]' must be a mapping"),
        ("a: [", r"not valid YAML"),
        ("- 1", r"must be a mapping"),
    ],
)
def test_config_errors_name_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(KinesisError, match=message) as error:
        load_config(str(path))
    assert "bad.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def test_bad_input_exits_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("sed: 3")
    (tmp_path / "no.onnx").write_text("hello")
    (tmp_path / "checkpoint.pt").write_bytes(b"\x80\x04hello")
    commands = [
        ["--config", str(tmp_path / "bad.yaml")],
        ["--config", "runing"],
        ["--set", "env.n_env=3"],
        ["--set", "seed"],
        ["--resume", str(tmp_path)],
        ["--resume", str(tmp_path / "nowhere")],
        ["--init", str(tmp_path / "no.onnx")],
        ["--init", str(tmp_path / "missing.pt"), "--stage", "polish"],
        ["--motions", str(tmp_path / "missing.npz"), "--set", "clips=[]"],
        ["--set", "clips=[{generator: stand, sekonds: 3}]"],
        ["--set", "clips=[]", "--motions", str(tmp_path)],
    ]
    before = sorted(tmp_path.rglob("*"))
    for command in commands:
        with pytest.raises(SystemExit) as stop:
            main(
                [
                    "--quiet",
                    *command,
                    *([] if "--resume" in command else ["--run-dir", str(tmp_path / "run")]),
                ]
            )
        assert stop.value.code == 2, command
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1, lines
    assert sorted(tmp_path.rglob("*")) == before  # nothing was written


def test_clip_calls() -> None:
    clips = build_clips([{"generator": "stand", "seconds": [1.0, 2.0], "fps": 30.0}])
    assert [(clip.name, round(clip.duration, 3)) for clip in clips] == [("stand", 1.0), ("stand_2", 2.0)]
    with pytest.raises(KinesisError, match="Valid: stand"):
        build_clips([{"generator": "fly"}])
    with pytest.raises(KinesisError, match="Its arguments: seconds, fps"):
        build_clips([{"generator": "stand", "speed": 3}])


# ---------------------------------------------------------------- checkpoints and resume


def test_checkpoint_refuses_code(tmp_path: Path) -> None:
    import pickle

    class Evil:
        def __reduce__(self) -> tuple:
            return print, ("code ran",)

    for content in (pickle.dumps(Evil()), b"", b"PK\x03\x04broken"):
        (tmp_path / "evil.pt").write_bytes(content)
        with pytest.raises(KinesisError, match="not a readable checkpoint"):
            load_checkpoint(tmp_path / "evil.pt")
    save_checkpoint(tmp_path / "a.pt", {"x": torch.ones(2), "text": "t", "n": None})
    assert load_checkpoint(tmp_path / "a.pt")["text"] == "t"


def test_environment_goes_on_exactly_from_its_state() -> None:
    settings = TrackingSettings(n_envs=5, n_threads=2, episode_seconds=0.7)
    rng = np.random.default_rng(0)
    actions = rng.uniform(0.0, 0.4, (30, 5, 80))
    env = TrackingEnv([stand(2.0), stand(3.0)], settings, seed=1)
    env.reset()
    for action in actions[:12]:
        env.step(action)
    state = env_state(env)
    expected = [env.step(action) for action in actions[12:]]
    other = TrackingEnv([stand(2.0), stand(3.0)], settings, seed=99)
    other.reset()
    restore_env(other, state)
    for action, wanted in zip(actions[12:], expected, strict=True):
        got = other.step(action)
        np.testing.assert_array_equal(got.observation, wanted.observation)
        np.testing.assert_array_equal(got.reward, wanted.reward)
    fewer = TrackingEnv([stand(2.0)], replace(settings, n_envs=4))
    with pytest.raises(KinesisError, match="another number of bodies"):
        restore_env(fewer, state)


def _curve(run: Path) -> list[dict]:
    lines = [json.loads(line) for line in (run / "progress.jsonl").read_text().splitlines()]
    timed = {"seconds", "steps_per_second", "collect_share"}
    return [{k: v for k, v in line.items() if k not in timed} for line in lines]


def test_killed_run_resumes_to_the_same_parameters(tiny: Path, tmp_path: Path) -> None:
    """A run killed by SIGKILL in the middle and resumed ends like one that was left alone."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    common = ["--config", str(tiny), "--quiet", "--threads", "1", "--set", "checkpoint_minutes=0.0"]
    main([*common, "--run-dir", str(whole)])
    script = (
        "import os, signal, training.run as s, training.command as c\n"
        "save = s.Run.save\n"
        "def dying(self, stage, state):\n"
        "    save(self, stage, state)\n"
        "    if state and state['steps'] >= 192: os.kill(os.getpid(), signal.SIGKILL)\n"
        "s.Run.save = dying\n"
        f"c.main({[*common, '--run-dir', str(killed)]!r})\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120)
    assert result.returncode == -9, result.stderr.decode()
    assert not (killed / "teacher.pt").exists()
    main(["--resume", str(killed), "--quiet", "--threads", "1"])
    a, b = load_checkpoint(whole / "teacher.pt"), load_checkpoint(killed / "teacher.pt")
    for name, tensor in a["actor"].items():
        assert torch.equal(tensor, b["actor"][name]), name
    assert _curve(whole) == _curve(killed)
    assert (killed / "tiny.onnx").exists()
    assert (killed / "tiny.yaml").exists()


def test_same_seed_same_policy() -> None:
    def weights(seed: int) -> torch.Tensor:
        settings = PpoSettings(rollout_steps=8, minibatch=16, hidden=(16,), epochs=1)
        env = TrackingEnv([stand(2.0)], TrackingSettings(n_envs=4), seed)
        actor = Actor(env.observation_size, 80, (16,), torch.Generator().manual_seed(seed))
        learner = ppo.Learner(actor, settings, seed)
        curriculum = Curriculum(CurriculumSettings(), 1, 0.15)
        ppo.train(env, learner, curriculum, ppo.Progress(), lambda p, c: p.steps < 64, lambda p, m: None)
        return torch.cat([p.detach().flatten() for p in actor.parameters()])

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


class Idle:
    """An actuator of two numbers that moves nothing."""

    action_size = 2

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        pass


class Target(TrackingEnv):
    """Reward = 1 - |action - 0.4|^2."""

    def step(self, action: np.ndarray) -> Step:
        step = super().step(action)
        return replace(step, reward=1.0 - np.square(action - 0.4).mean(axis=1))


def test_ppo_finds_the_best_action() -> None:
    settings = PpoSettings(rollout_steps=16, minibatch=64, hidden=(32,), log_std=-1.0)
    env = Target([stand(2.0)], TrackingSettings(n_envs=16), 0, Idle())
    actor = Actor(env.observation_size, 2, (32,), torch.Generator().manual_seed(0))
    learner, curriculum = ppo.Learner(actor, settings, 0), Curriculum(CurriculumSettings(), 1, 0.15)
    rewards: list[float] = []
    ppo.train(
        env, learner, curriculum, ppo.Progress(),
        lambda p, c: p.steps < 16 * 16 * 25, lambda p, m: rewards.append(m["reward"]),
    )  # fmt: skip
    assert rewards[0] < 0.75
    assert rewards[-1] > 0.8  # at most 0.86 while the actions keep their spread


def test_curriculum_mines_failures_and_grows_pushes() -> None:
    env = TrackingEnv([stand(1.0), stand(1.0)], TrackingSettings(n_envs=2))
    curriculum = Curriculum(
        CurriculumSettings(failure_weight=2.0, push_max=10.0, push_growth=4.0, push_room=0.2), 2, 0.15
    )
    curriculum.failure[:] = [1.0, 0.0]
    curriculum.survival = 1.0
    for expected in (4.0, 8.0, 10.0, 10.0):
        curriculum.adjust(env)
        assert env.settings.push.force == expected
        assert env.settings.fail_distance == pytest.approx(0.15 + 0.2 * expected / 10.0)
    np.testing.assert_allclose(env.clip_weights, [3.0, 1.0])
    curriculum.survival = 0.0
    curriculum.adjust(env)
    assert env.settings.push.force < 10.0


# ---------------------------------------------------------------- distillation


def test_all_stages_with_a_kill_in_the_distillation(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import actions, card
    from training import run as runs
    from training.export import read_onnx

    monkeypatch.setattr(actions, "_teacher", lambda clips, bank, leashed: PretendTeacher())
    monkeypatch.setattr(card, "_PUSHES", 1)
    monkeypatch.setattr(card, "_comparison", lambda run, actor: {})  # its teacher only pretends
    settings = {
        "action": "teacher",
        "first_clips": "[{generator: stand, seconds: 2.0}]",
        "teacher.first_steps": 96,
        "teacher.steps": 192,
        "distill.labels": 120,
        "distill.teacher_share": "[1.0, 0.5, 0.0]",
        "distill.hidden": "[24, 24]",
        "distill.minibatch": 32,
        "polish.steps": 96,
        "polish.ppo.rollout_steps": 16,
        "polish.ppo.critic_warmup": 1,
    }
    overrides = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    common = ["--config", str(tiny), "--quiet", "--threads", "1", *overrides]
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    main([*common, "--run-dir", str(whole)])
    with monkeypatch.context() as patch:
        save = runs.Run.save

        def stop_in_round_two(run: runs.Run, stage: str, state: dict | None) -> None:
            save(run, stage, state)
            if stage == "distill" and state is not None and state["student"]["rounds"] == 2:
                run.interrupted = True

        patch.setattr(runs.Run, "save", stop_in_round_two)
        with pytest.raises(SystemExit) as stop:
            main([*common, "--run-dir", str(stopped)])
        assert stop.value.code == 130
    main(["--resume", str(stopped), "--quiet", "--threads", "1"])
    assert _curve(whole) == _curve(stopped)
    a, b = read_onnx(whole / "tiny.onnx"), read_onnx(stopped / "tiny.onnx")
    assert a.sizes == [313, 24, 24, 80]
    for name, tensor in a.state_dict().items():
        assert torch.equal(tensor, b.state_dict()[name]), name
    assert not (whole / "labels.f16").exists()
    # The policy can be trained on: from the ONNX alone it goes straight to PPO on the muscles.
    main([*common, "--init", str(whole / "tiny.onnx"), "--run-dir", str(tmp_path / "on")])
    assert {line["stage"] for line in _curve(tmp_path / "on")} == {"polish"}


# ---------------------------------------------------------------- the published KINESIS task


def test_kinesis_length_control_inverts_the_muscle_model() -> None:
    """Where no limit is met, gain * u + bias is the PD force."""
    from kinesis_app.body.muscles import bias, gain, muscle_table
    from training.kinesis import length_excitation

    table = muscle_table()
    length = (table.tendon_slack_length + 0.95 * table.optimal_fiber_length)[None]
    velocity = np.full_like(length, -0.01)
    u = length_excitation(length - 0.1, length, velocity)
    wanted = 5.0 * table.max_isometric_force * (-0.1 + 0.1 * 0.01)
    inside = (u[0] > 0) & (u[0] < 1)
    assert inside.sum() > 60
    force = gain(length, velocity) * u + bias(length)
    np.testing.assert_allclose(force[0][inside], wanted[inside], rtol=1e-9)
    assert (length_excitation(length + 0.1, length, velocity * 0.0) == 0.0).all()


def test_kinesis_task_runs() -> None:
    from training import kinesis
    from training.actions import make_env

    env = make_env("kinesis", [stand(2.0)], TrackingSettings(n_envs=4, start_noise=0.0))
    observation = env.reset()
    assert observation.shape == (4, kinesis.OBSERVATION_SIZE) == (4, 264)
    step = env.step(np.ones((4, 80)))  # the longest lengths: every muscle slack
    assert set(step.terms) == {"position", "velocity", "upright", "energy"}
    assert (sum(step.terms.values()) <= 1.0).all()
    assert step.terms["position"][0] > 0.55
    upright = np.array([[np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)]])
    np.testing.assert_allclose(kinesis.tilt_angles(upright), 0.0, atol=1e-12)
