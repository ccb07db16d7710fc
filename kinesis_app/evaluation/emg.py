"""Do the muscles work when people's do? Excitation against EMG over the gait cycle.

EMG precedes the force of a muscle by an electromechanical delay of some 50 ms over and above the
activation dynamics (Cavanagh & Komi 1979, Eur J Appl Physiol 42:159: 49 to 56 ms), mostly spent in
stretching the tendon, which is rigid here. So the excitation at an instant is compared with the EMG
that much earlier; the agreement without a delay stands beside it. Rectus femoris is told apart:
surface and wire electrodes do not agree on it (Nene, Byrne & Hermens 2004, Gait & Posture 20:1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.evaluation.human import emg_band
from kinesis_app.evaluation.strides import POINTS, Strides

DELAY = 0.05
"""From EMG to excitation [s]."""
FEWEST = 5
"""Strides below which a mean means little."""
MUSCLES = {
    "soleus": (("soleus",), "soleus", "soleus"),
    "gastrocnemius": (("gasmed",), "gastrocnemius medialis", "gastrocnemius"),
    "peroneus longus": (("perlong",), "peroneus longus", "peroneus longus"),
    "tibialis anterior": (("tibant",), "tibialis anterior", "tibialis anterior"),
    "vastus medialis": (("vasmed",), "vastus medialis", "vastus medialis longus"),
    "vastus lateralis": (("vaslat",), None, "vastus lateralis"),
    "biceps femoris": (("bflh",), "biceps femoris", "biceps femoris long head"),
    "semitendinosus": (("semiten",), None, "semitendinosus"),
    "gluteus maximus": (("glmax1", "glmax2", "glmax3"), "gluteus maximus", "gluteus maximus lower"),
    "gluteus medius": (("glmed1", "glmed2", "glmed3"), None, "gluteus medius"),
    "rectus femoris": (("recfem",), "rectus femoris", "rectus femoris"),
}
"""By EMG name: muscles of the model, names in Bovi 2011 and in Perry & Burnfield 2010."""
APART = "rectus femoris"


@dataclass(frozen=True)
class Agreement:
    """Pearson r of one muscle's mean excitation and human EMG; nan where there is no recording.

    Attributes:
        muscle: As EMG names it.
        bovi, perry: With the delay.
        bovi_zero_lag, perry_zero_lag: Without.
    """

    muscle: str
    bovi: float
    bovi_zero_lag: float
    perry: float
    perry_zero_lag: float


@dataclass(frozen=True)
class EmgComparison:
    """All muscles.

    Attributes:
        rows: One per muscle.
        strides: How many, of both legs.
        speed: Mean walking speed [m/s].
        delay_s: From EMG to excitation [s].
    """

    rows: tuple[Agreement, ...]
    strides: int
    speed: float
    delay_s: float

    def median(self, name: str) -> float:
        """Median of a column over the muscles that have it, without rectus femoris."""
        return float(np.nanmedian([getattr(row, name) for row in self.rows if row.muscle != APART]))

    def to_json(self) -> dict[str, Any]:
        """The documented form for scripts."""
        columns = [name for name in asdict(self.rows[0]) if name != "muscle"]
        rows = [{k: _plain(v) for k, v in asdict(row).items()} for row in self.rows]
        medians = {name: _plain(self.median(name)) for name in columns}
        head = {"strides": self.strides, "speed": self.speed, "delay_s": self.delay_s}
        return {**head, "muscles": rows, "median_without_rectus_femoris": medians}


def compare_emg(strides: Strides, delay: float = DELAY) -> EmgComparison:
    """Mean excitation over strides against mean EMG at their speed.

    Args:
        strides: Of one leg or both (:func:`~kinesis_app.evaluation.strides.pooled`).
        delay: From EMG to excitation [s].

    Raises:
        KinesisError: If there are fewer than five strides.
    """
    if len(strides) < FEWEST:
        raise KinesisError(f"{len(strides)} strides are too few to compare with EMG; it takes {FEWEST}.")
    speed, shift = float(strides.speed.mean()), delay / float(strides.duration.mean())
    mean = strides.excitation.mean(axis=0)
    phase = np.linspace(0.0, 1.0, POINTS)[:-1]  # the last point is the first one again
    rows = []
    for name, (muscles, bovi, perry) in MUSCLES.items():
        ours = mean[:-1, [strides.muscles.index(m) for m in muscles]].mean(axis=1)
        r = {
            f"{source}{suffix}": _pearson(ours, emg_band(source, column, phase - lag, speed).mean)
            if column is not None
            else float("nan")
            for source, column in (("bovi", bovi), ("perry", perry))
            for suffix, lag in (("", shift), ("_zero_lag", 0.0))
        }
        rows.append(Agreement(name, **r))
    return EmgComparison(tuple(rows), len(strides), speed, delay)


def emg_table(comparison: EmgComparison) -> str:
    """For people."""
    c = comparison
    lines = [
        f"EMG: Pearson r of excitation over {c.strides} strides at {c.speed:.2f} m/s; "
        f"EMG {1e3 * c.delay_s:.0f} ms earlier, (zero lag)",
        f"{'muscle':<20}{'Bovi 2011':>18}{'Perry 2010':>18}",
    ]
    columns: Sequence[str] = ("bovi", "perry")
    for row in c.rows:
        cells = "".join(_cell(getattr(row, n), getattr(row, f"{n}_zero_lag")) for n in columns)
        lines.append(f"{row.muscle:<20}{cells}")
    cells = "".join(_cell(c.median(n), c.median(f"{n}_zero_lag")) for n in columns)
    return "\n".join([*lines, f"{'median without RF':<20}{cells}"])


def _cell(r: float, zero: float) -> str:
    text = "-" if np.isnan(r) else f"{r:.2f} ({zero:.2f})"
    return f"{text:>18}"


def _pearson(a: np.ndarray, b: np.ndarray) -> float:
    """nan where one of them does not vary: a silent muscle has no timing."""
    if a.std() < 1e-6 or b.std() < 1e-9:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value
