"""Checkpoints: written atomically, read without unpickling code."""

from __future__ import annotations

import io
import pickle
import warnings
from pathlib import Path
from typing import Any

import torch

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError

FORMAT = "kinesis-checkpoint-1"


def save_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Write tensors, numbers and text (nested in dicts and lists); a crash leaves the old file whole."""
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **content}, buffer)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU.

    Raises:
        KinesisError: If it is missing, damaged, or something else.
    """
    try:
        with warnings.catch_warnings():  # torch remarks on files of other pickle protocols
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise KinesisError(f"Checkpoint '{path}' does not exist.") from None
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise KinesisError(f"'{path}' is not a readable checkpoint: {reason}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise KinesisError(f"'{path}' is not a {FORMAT} file.")
    return content
