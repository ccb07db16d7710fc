"""The command line: ``kinesis-app``. Only argparse is imported before a command is known."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from kinesis_app.cli.parsers import COMMANDS, parser_for
from kinesis_app.errors import KinesisError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 2 bad input, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = arguments.pop(0) if arguments and arguments[0] in COMMANDS else "window"
    options = parser_for(command).parse_args(arguments)
    try:
        handler = importlib.import_module(f"kinesis_app.cli.{command}_command")
        return int(handler.execute(options))
    except KinesisError as error:
        print(f"kinesis-app: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
