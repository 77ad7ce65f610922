"""Errors of the simulator itself; Azure's refusals are answers, not errors.

SimulatorError
├── ServingError          the HTTP front cannot be opened where it was asked for
├── StoreError            the store cannot be opened, read or written
└── UnknownCircuitError   no circuit of that name, or several
"""

from collections.abc import Sequence
from pathlib import Path


class SimulatorError(Exception):
    """An expected failure; its text is one line for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ServingError(SimulatorError):
    """The HTTP front cannot listen at an address."""

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(f"simulated Azure on {host}: {problem}")


class StoreError(SimulatorError):
    """The store at ``path`` cannot be used, and was left as it is."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"simulated Azure at {path}: {problem}; {remedy}")


class UnknownCircuitError(SimulatorError):
    """No ExpressRoute circuit has this name or id, or several have."""

    def __init__(self, circuit: str, known: Sequence[str], found: Sequence[str] = ()) -> None:
        if found:
            problem = f"{len(found)} ExpressRoute circuits are named {circuit!r}, give the id"
        else:
            problem = f"no ExpressRoute circuit {circuit!r}"
        super().__init__(f"{problem}; known circuits: {', '.join(known) or 'none'}")
