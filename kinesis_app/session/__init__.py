"""The session: sole owner of the live simulation, with or without a window."""
