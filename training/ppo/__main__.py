"""The command: see :mod:`training.command`."""

from training.command import main

main()
