"""KINESIS app: a muscle-driven human (MyoLegs, 80 muscles) to train, drive and watch."""

__version__ = "0.1.0"
