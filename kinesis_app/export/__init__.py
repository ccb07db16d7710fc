"""A run as files for other programs: OpenSim, spreadsheets, Python, MuJoCo."""

from kinesis_app.export.files import SUFFIXES, check_free, write_run, written_for
from kinesis_app.export.keyframe import keyframe

__all__ = ["SUFFIXES", "check_free", "keyframe", "write_run", "written_for"]
