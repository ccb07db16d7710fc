"""The evaluation as a table for people."""

from __future__ import annotations

import math

from kinesis_app.evaluation.protocol import Evaluation
from kinesis_app.evaluation.pushes import PushEvaluation

_HEAD = (
    f"{'duration':>9} {'survived':>9} {'coverage':>9} "
    f"{'0.50 m':>7} {'0.25 m':>7} {'0.15 m':>7} {'MPJPE':>8} {'act.':>6}"
)
_UNITS = f"{'s':>9} {'s':>9} {'':>9} {'':>7} {'':>7} {'':>7} {'mm':>8} {'':>6}"


def table(evaluation: Evaluation) -> str:
    """One line per clip and a total."""
    width = max(5, *(len(row.name) for row in evaluation.clips))
    lines = [f"{'clip':<{width}} {_HEAD}", f"{'':<{width}} {_UNITS}"]
    for row in evaluation.clips:
        marks = [_mark(ok) for ok in (row.success_050, row.success_025, row.success_015)]
        numbers = _numbers(
            row.duration_s, row.survived_s, row.coverage, marks, row.mpjpe_mm, row.mean_activation
        )
        lines.append(f"{row.name:<{width}} {numbers}")
    total = evaluation.total()
    shares = [f"{100 * total[f'success_{suffix}']:.0f} %" for suffix in ("050", "025", "015")]
    numbers = _numbers(
        total["duration_s"],
        total["survived_s"],
        total["coverage"],
        shares,
        total["mpjpe_mm"],
        total["mean_activation"],
    )
    return "\n".join([*lines, f"{'total':<{width}} {numbers}"])


def push_line(pushes: PushEvaluation) -> str:
    """How many pushes were survived, in one line."""
    doing = f"walking {'warily ' * pushes.wary}at {pushes.speed:g} m/s" if pushes.speed else "standing"
    return (
        f"pushes: {pushes.survived} of {len(pushes.trials)} survived "
        f"({pushes.force_n:g} N for {pushes.push_s:.2g} s at the pelvis, {doing}"
        f"{'' if math.isfinite(pushes.leash_m) else ', back to the planned place'})"
    )


def _mark(ok: bool) -> str:
    return "yes" if ok else "no"


def _numbers(
    duration: float, survived: float, coverage: float, success: list[str], mpjpe: float, activation: float
) -> str:
    marks = " ".join(f"{text:>7}" for text in success)
    return f"{duration:>9.2f} {survived:>9.2f} {coverage:>9.3f} {marks} {mpjpe:>8.1f} {activation:>6.3f}"
