"""The one error that is meant for the user's eyes."""


class KinesisError(Exception):
    """Bad input: says what is wrong, where, and what would be right, in one line.

    The command line prints it and exits with code 2; the window shows it and goes on.
    """
