"""The search for the teacher's gains: separable CMA-ES over their logarithms (Ros & Hansen 2008).

Every candidate moves some bodies of its own, all in one environment; the same lots for all candidates of a
generation, new ones for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import yaml
from cmaes import SepCMA

from kinesis_app.env.actuator import Actuator
from kinesis_app.env.pushes import PushSettings
from kinesis_app.env.reference import reference_bank
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.env.variation import VariationSettings
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from training.gains_settings import GainsSettings
from training.gains_trial import KINDS, Outcome, Policy, Trial, draw_trial, find_moments, hold_out, try_gains
from training.held_teacher import HeldTeacher
from training.teacher import TeacherActuator
from training.teacher_gains import GAITS, LENGTHS, TeacherGains, gains_by_gait, names_by_gait

_COMPARISON_SEED = 2**31  # the same lots for every search, whatever its own seed
_N_LOGARITHMIC = sum(n for name, n in LENGTHS.items() if name not in ("step", "tilt"))


def gains_at(x: np.ndarray, base: np.ndarray, settings: GainsSettings) -> np.ndarray:
    """Gains (..., 40) at the search's coordinates ``x`` (..., 40) from the gains ``base`` (40,)."""
    multiplied = base * np.exp(x)
    added = base + x * _units(len(base), settings)
    gains: np.ndarray = np.where(np.arange(len(base)) < _N_LOGARITHMIC, multiplied, added)
    return gains


def coordinates_of(gains: np.ndarray, base: np.ndarray, settings: GainsSettings) -> np.ndarray:
    """The ``x`` at which :func:`gains_at` gives ``gains``, shape (..., 40)."""
    n = _N_LOGARITHMIC
    added = (gains - base)[..., n:] / _units(len(base), settings)[n:]
    return np.concatenate([np.log(gains[..., :n] / base[:n]), added], axis=-1)


def _units(n: int, settings: GainsSettings) -> np.ndarray:
    """What counts as 1 for the gains that are added to; the last one is the tilt's, shape (n,)."""
    return np.append(np.full(n - 1, settings.step_unit), settings.tilt_unit)


def rounded(row: np.ndarray) -> TeacherGains:
    """Gains to three digits, as they are written down."""
    return TeacherGains.of_row(np.array([float(f"{value:.3g}") for value in row]))


@dataclass(frozen=True)
class Generation:
    """What came of one generation.

    Attributes:
        number: Counted from 1.
        trial: What its bodies went through.
        outcome: How they did.
    """

    number: int
    trial: Trial
    outcome: Outcome


class GainsSearch:
    """Looks for better gains of one gait.

    Args:
        clips: Motions that have that gait in them.
        task: Engine, threads and leash; with a leash the leashed gains are looked for.
        gait: One of ``GAITS``.
        policy: Acts.
        settings: The search.
        seed: Of all its lots; equal seeds give equal gains after as many generations.
        base: Gains to start from, those in use by default.
        held: Whether the teacher's commands are held for a control step.

    Raises:
        KinesisError: If the motions never have that gait, or a clip is too short.
    """

    def __init__(
        self,
        clips: Sequence[MotionClip],
        task: TrackingSettings,
        gait: str,
        policy: Policy,
        settings: GainsSettings,
        seed: int = 0,
        base: TeacherGains | None = None,
        held: bool = False,
    ) -> None:
        self.settings, self.policy, self.seed = settings, policy, seed
        leashed, column = task.leashed_share > 0.0, GAITS.index(gait)
        names = names_by_gait(leashed)
        self.name = names[column]
        self._rows = gains_by_gait(leashed)
        self._columns = [i for i, name in enumerate(names) if name == self.name]
        self.base = base.row() if base is not None else self._rows[column]
        self._bank = reference_bank(clips)
        self._teacher = TeacherActuator(clips, self._bank, leashed)
        self._actuator: Actuator = HeldTeacher(self._teacher) if held else self._teacher
        moments = find_moments(self._teacher.table.gait[:, column], self._bank, settings)
        if not any(map(len, moments.values())):
            raise KinesisError(
                f"None of the {len(clips)} motions has {gait} in it for 1 s; give some that do."
            )
        self.searched, self.kept = hold_out(moments)
        self._task = replace(
            task,
            fail_distance=settings.fail_distance,
            episode_seconds=np.inf,
            push=PushSettings(),
            variation=VariationSettings(),
        )
        self._env = self._env_of(settings.candidates * (settings.starts + settings.ends + settings.amid))
        reach = settings.reach * np.array([[-1.0, 1.0]])
        self._optimiser = SepCMA(
            mean=np.zeros(len(self.base)),
            sigma=settings.spread,
            bounds=reach.repeat(len(self.base), axis=0),
            seed=seed,
            population_size=settings.candidates,
        )

    @property
    def found(self) -> TeacherGains:
        """The centre of the search now, to three digits."""
        return rounded(gains_at(self._optimiser.mean, self.base, self.settings))

    @property
    def generations(self) -> int:
        """How many there were."""
        return int(self._optimiser.generation)

    def next_generation(self) -> Generation:
        """Try new candidates, and move towards the better half of them."""
        settings = self.settings
        rng = np.random.default_rng((self.seed, self.generations))
        n = self._env.settings.n_envs // settings.candidates
        trial = draw_trial(self.searched, n, settings, self._task, rng)
        x = np.array([self._optimiser.ask() for _ in range(settings.candidates)])
        outcome = self._try(self._env, gains_at(x, self.base, settings), trial)
        self._optimiser.tell(list(zip(x, -outcome.score.mean(axis=1), strict=True)))
        return Generation(self.generations, trial, outcome)

    def compare(self) -> tuple[Trial, Outcome]:
        """The gains it began from and those it found on moments held out, two candidates in this order."""
        trial = draw_trial(
            self.kept,
            self.settings.held_out,
            self.settings,
            self._task,
            np.random.default_rng(_COMPARISON_SEED),
        )
        env = self._env_of(2 * self.settings.held_out)
        outcome = self._try(env, np.array([self.base, self.found.row()]), trial)
        env.bodies.close()
        return trial, outcome

    def _try(self, env: TrackingEnv, candidates: np.ndarray, trial: Trial) -> Outcome:
        gains = np.tile(self._rows, (len(candidates), 1, 1))
        gains[:, self._columns] = candidates[:, None]
        return try_gains(env, self.policy, gains, trial, self.settings)

    def _env_of(self, n_envs: int) -> TrackingEnv:
        return TrackingEnv(self._bank, replace(self._task, n_envs=n_envs), self.seed, self._actuator)

    def close(self) -> None:
        """End the threads."""
        self._env.bodies.close()


def survival(trial: Trial, alive: np.ndarray) -> dict[str, float]:
    """Share of bodies (..., n) that held out, by kind of moment, and ``all``."""
    kinds = {name: trial.kind == i for i, name in enumerate(KINDS)}
    shares = {name: float(alive[..., own].mean()) for name, own in kinds.items() if own.any()}
    return {"all": float(alive.mean())} | shares


def to_python(name: str, gains: TeacherGains) -> str:
    """The gains as ``training/teacher_gains.py`` has them."""
    lines = [f"    {f.name}={getattr(gains, f.name)!r}," for f in fields(gains)]
    return "\n".join([f"{name} = TeacherGains(", *lines, ")"])


def to_yaml(search: GainsSearch) -> str:
    """What the search has found so far."""
    found = search.found
    values = {f.name: np.array(getattr(found, f.name)).tolist() for f in fields(found)}
    facts = {"name": search.name, "generations": search.generations, "seed": search.seed, "gains": values}
    return yaml.safe_dump(facts, sort_keys=False, default_flow_style=None)
