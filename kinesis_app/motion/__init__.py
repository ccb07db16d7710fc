"""Motions: clips of the body, how they are read, made, checked and kept."""
