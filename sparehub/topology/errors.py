"""Every expected failure of Sparehub.

SparehubError                   one message: what, where, what to do
├── ConfigurationError          the stack configuration is wrong: all problems at once
├── UnreadableError             what Azure or Pulumi wrote down is not what it should be
├── OptionsError                what a command was asked for is incomplete or contradicts itself
│   └── UnknownNameError        a subnet or a state that is not there, and those that are
├── ReplacementRefusedError     the change would delete and re-create what must live
├── DisconnectionRefusedError   the change would leave a live region without a connection
├── PreflightError              something does not allow to begin, or to go on
├── HalfwayError                an operation stopped; `sparehub resume` goes on
├── UnreachableError            a region does not answer, and nothing was changed
├── GenerationError             the files are of an older switch than the one that is recorded
└── InterlockError              the paired region, or another operator, stands in the way

Anything else that is raised is a defect and keeps its traceback.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """The exit codes of the command."""

    DONE = 0
    """Warnings included."""
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    """By a rule, an intent, parity or preflight."""
    INTERLOCK = 4
    """By the paired region or another operator."""
    HALFWAY = 5
    """Stopped between steps: `sparehub resume` goes on."""
    UNREACHABLE = 6
    """A region does not answer, and nothing was changed."""
    OPEN_ITEMS = 7
    """Done, but something is to be finished later."""
    NOT_LIVE = 8
    """No region is live although one was."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a stack configuration."""

    path: str  # where, in the words of the stack file: ``region.hub.nva.ipAddress``
    message: str  # what, with the value and what to do
    rule: str = "CONFIG"  # the id of Azure's rule, or CONFIG for the shape of the file

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.rule})"


class SparehubError(Exception):
    """A failure that was foreseen; its text is all that a user needs."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED


class ConfigurationError(SparehubError):
    """The configuration of a stack is wrong; carries every problem that one run can see."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    def __init__(
        self, problems: Iterable[Problem], stack: str = "", config: object | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.stack = stack
        self.config = config
        """What the file says all the same, where every value of it could be read."""
        where = f" of stack {stack!r}" if stack else ""
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"the configuration{where} has {count}; nothing was created:"]
        lines += [f"  {problem}" for problem in self.problems]
        super().__init__("\n".join(lines))


class UnreadableError(SparehubError):
    """A state or a file of resources that cannot be read."""


class OptionsError(SparehubError):
    """The options of a command are incomplete, unreadable or exclude each other."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE


class UnknownNameError(OptionsError):
    """A name that nothing bears; the message lists those that something does."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no {kind} {name!r}; there are: {', '.join(known)}")


class ReplacementRefusedError(SparehubError):
    """The change would delete a gateway or a circuit and make it again: hours without a route."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class DisconnectionRefusedError(SparehubError):
    """The change would delete every connection of a region that stays active."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class PreflightError(SparehubError):
    """Something that was looked at before does not allow to begin, or to go on."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class HalfwayError(SparehubError):
    """An operation stopped between its steps; everything is safe, and `resume` goes on."""

    exit_code: ClassVar[ExitCode] = ExitCode.HALFWAY


class UnreachableError(SparehubError):
    """A region does not answer, and nothing was changed."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNREACHABLE


class GenerationError(SparehubError):
    """The stack files are of an older switch, or would disconnect the only live region."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERLOCK


class InterlockError(SparehubError):
    """Both regions would reach on-premises with the same addresses, or nobody knows."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERLOCK
