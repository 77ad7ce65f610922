"""What a program says to who deploys it: a terminal shows it, and must not obey it.

A message may hold text of a stack file, of a state or of another stack.
"""

import pulumi

from sparehub.topology.config.printable import printable


def error(text: str) -> None:
    """Say why nothing is created."""
    pulumi.log.error(printable(text))


def warn(text: str) -> None:
    """Say what a person should know."""
    pulumi.log.warn(printable(text))


def info(text: str) -> None:
    """Say what a person may want to know."""
    pulumi.log.info(printable(text))
