"""What an import costs: ``python -m kinesis_app.cli.import_benchmark FILE ...``.

Processor time of reading and of retargeting, per frame of the clip (150 per second) and per frame of the
recording; the gate's verdict, which is part of every report, is in it. Threads count together.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence

from kinesis_app.cli.columns import columns
from kinesis_app.cli.import_command import sources
from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats import RawMotion, read_motions
from kinesis_app.motion.retarget import retarget


def measure(raw: RawMotion, reading: float) -> dict[str, float | str]:
    """Figures of one recording whose file took ``reading`` [s] of processor time; times in ms."""
    start = time.process_time()
    clip, _ = retarget(raw)
    taken = 1e3 * (time.process_time() - start)
    return {
        "name": raw.name,
        "frames": float(clip.n_frames),
        "ms_per_frame": taken / clip.n_frames,
        "ms_per_recorded_frame": taken / raw.n_frames,
        "reading_ms_per_recorded_frame": 1e3 * reading / raw.n_frames,
        "times_real_time": 1e3 * clip.duration / taken,
    }


def table(rows: Sequence[dict[str, float | str]]) -> str:
    """The figures as text."""
    head = ("name", "frames", "ms/frame", "ms/recorded frame", "reading", "x real time")
    keys = ("ms_per_frame", "ms_per_recorded_frame", "reading_ms_per_recorded_frame", "times_real_time")
    lines = [(str(r["name"]), f"{r['frames']:.0f}", *(f"{r[key]:.2f}" for key in keys)) for r in rows]
    return columns(head, lines, right=range(1, 6))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m kinesis_app.cli.import_benchmark")
    parser.add_argument("files", nargs="+", metavar="FILE", help="recordings, folders or patterns")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    options = parser.parse_args()
    rows: list[dict[str, float | str]] = []
    for number, path in enumerate(sources(options.files)):
        try:
            start = time.process_time()
            raws = read_motions(path)
            reading = (time.process_time() - start) / len(raws)
            if number == 0:
                retarget(raws[0])  # loads the body
            rows += [measure(raw, reading) for raw in raws]
        except KinesisError as error:
            print(f"{error}")
    print(json.dumps(rows, indent=2) if options.json else table(rows))


if __name__ == "__main__":
    main()
