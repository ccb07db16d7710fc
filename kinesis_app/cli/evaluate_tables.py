"""Goals, typed commands, minutes of everything and latency as tables for people."""

from __future__ import annotations

from kinesis_app.cli.columns import columns
from kinesis_app.evaluation.commands import CommandEvaluation
from kinesis_app.evaluation.endurance import Endurance
from kinesis_app.evaluation.goals import REACHED, GoalEvaluation
from kinesis_app.evaluation.latency import LatencyEvaluation


def goal_table(goals: GoalEvaluation) -> str:
    """The goals that were missed, falls first, and how many were reached."""
    missed = sorted((e for e in goals.episodes if not e.reached), key=lambda e: (not e.fell, -e.distance_m))
    rows = [
        (
            f"{e.x:.2f}",
            f"{e.y:.2f}",
            "fell" if e.fell else "missed",
            f"{e.distance_m:.2f}",
            f"{e.lowest_m:.2f}",
        )
        for e in missed
    ]
    head = ("goal x", "y [m]", "", "away [m]", "lowest pelvis [m]")
    reached = len(goals.episodes) - len(missed)
    falls = sum(e.fell for e in goals.episodes)
    line = (
        f"goals: {reached} of {len(goals.episodes)} reached, {falls} falls "
        f"(within {REACHED:g} m after {goals.seconds:g} s, +-{goals.range_m:g} m)"
    )
    return f"{columns(head, rows, right={0, 1, 3, 4})}\n{line}" if rows else line


def command_table(commands: CommandEvaluation) -> str:
    """What was understood, what was done, and how many of each were right."""
    understood = [("yes" if row.right else "NO", row.text, row.meaning) for row in commands.phrasings]
    done = [
        (
            "yes" if row.right else "NO",
            row.text,
            "fell" if row.fell else "",
            f"{row.planned_m:.1f}",
            f"{row.away_m:.2f}",
            f"{row.heading_off_deg:.0f}",
        )
        for row in commands.sequences
    ]
    counts = [f"{sum(row[0] == 'yes' for row in rows)} of {len(rows)}" for rows in (understood, done)]
    head = ("right", "done", "", "way [m]", "off [m]", "off [deg]")
    return "\n".join(
        [
            columns(("right", "typed", "understood"), understood),
            "",
            columns(head, done, right={3, 4, 5}),
            f"commands: {counts[0]} understood, {counts[1]} done",
        ]
    )


def endurance_table(run: Endurance) -> str:
    """The falls with what led to them, and how often each kind was asked."""
    rows = [
        (
            f"{fall.time:.1f}",
            fall.asked,
            f"{fall.since_asked_s:.1f}",
            fall.doing,
            fall.pushed,
            "" if fall.since_push_s is None else f"{fall.since_push_s:.1f}",
        )
        for fall in run.falls
    ]
    head = ("fell at [s]", "asked last", "ago [s]", "doing", "pushed last", "ago [s]")
    kinds = ", ".join(f"{count} {kind}{'e' * (kind == 'push')}s" for kind, count in run.asked.items())
    line = f"{run.minutes:g} minutes: {len(run.falls)} falls; {kinds} up to {run.force_n:g} N"
    if run.foresight:
        line += f"; {run.ways_taken} times it foresaw a fall and went on another way"
    return f"{columns(head, rows, right={0, 2, 5})}\n{line}" if rows else line


def latency_line(latency: LatencyEvaluation) -> str:
    """Median and worst in control steps and milliseconds."""
    values = latency.to_json()
    return (
        f"latency: {values['median_steps']:g} control steps ({values['median_ms']:.0f} ms) on the median, "
        f"{values['worst_steps']} ({values['worst_ms']:.0f} ms) at worst, of {values['count']} requests"
    )
