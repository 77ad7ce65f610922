"""Every expected failure of Sparehub, in all of its packages, with the exit code of each.

SparehubError                     1  one message: what, where, what to do
├── ConfigurationError            3  the stack configuration is wrong: all problems at once
├── UnreadableError               1  a state or an export that cannot be read
├── OptionsError                  2  options are incomplete or contradict each other
│   └── UnknownNameError          2  an unknown subnet, state or stack; lists the known names
├── UnansweredError               2  a question without a terminal to answer it
├── ReplacementRefusedError       3  the change would replace what is in use: a gateway, a circuit
├── DisconnectionRefusedError     3  the change would disconnect a live region
├── PreflightError                3  a check before an operation refuses it
│   ├── JournalError              3  the journal or the lease is damaged or cannot be written
│   ├── SignInError               3  no valid sign-in to Azure
│   ├── ExportError               3  a step of a plan that the network runbook cannot carry out
│   ├── SizeError                 3  the data of the network runbook is too large for a variable
│   ├── SubscriptionError         3  the subscription of a region is unknown
│   ├── UneditableError           3  a value in a stack file that cannot be edited in place
│   └── UnexpectedChangesError    3  a preview shows a change that the step does not make
├── GenerationError               4  the stack files belong to an older switch
├── InterlockError                4  the paired region or another operator prevents it
│   └── LeaseError                4  another operator holds the lease
├── HalfwayError                  5  an operation stopped between steps: `sparehub resume`
├── UnreachableError              6  a region does not answer; nothing was changed
│   └── WithdrawnError            6  the operation was cancelled before any change
├── StoppedError                  1  a person stopped the run
├── DeploymentError               1  a deployment by Pulumi failed; with Pulumi's message
├── FenceError                    1  a fence could not be set or removed
│   └── CutError                  1  every possible fence would disconnect other networks
├── VerificationError             1  a step finished, but Azure does not show its result
├── HookError                     1  a hook failed, or its time ran out
├── UnconfirmedError              1  nobody confirmed what a person has to do in a step
├── NvaError                      1  the NVA could not be started, or does not forward
├── VaultError                    1  the vault refuses a request or does not answer
├── JobError                      1  a job of the vault failed, or ended with an error
├── StillWaitingError             1  a job of the vault goes on: run the same command again
├── MachineError                  1  a machine cannot be read or stopped
├── ReplicationError              1  machines were not replicated, or replication did not end
├── RecoveryPointError            1  a machine has no recovery point that is new enough
├── MachinesError                 1  machines still run, did not arrive, or were not committed
├── CleanUpError                  1  what a test failover has made is still there
├── DrillFailedError              1  a machine did not come up as it has to in a drill
├── EscapeError                   1  the test networks of a drill are not isolated
├── PrerequisiteError             1  the simulator refuses what a stack file refers to
├── PulumiFailedError             1  a pulumi command of a rehearsal failed
├── RehearsalFailedError          1  a rehearsal did not reach its end
├── PreviewRefusedError           1  a program under test refuses its configuration
├── PlanRunsError                 1  a recovery plan runs that switches the network itself
├── OutsideError                  1  a write outside the resource groups of a trial; not sent
├── UnwritableRecordingError      1  the recording of a trial cannot be written
├── TrialFailedError              1  Azure refused what a trial needs
├── TextError                     1  a name that cannot be written into a runbook
├── UnwritableError               1  a file of an export cannot be written
└── UnwritableReportError         1  the report's file cannot be written

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
    """An expected failure; its text is all that a user needs."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED


class ConfigurationError(SparehubError):
    """The configuration of a stack is wrong; has every problem that one run can find."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    def __init__(
        self, problems: Iterable[Problem], stack: str = "", config: object | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.stack = stack
        self.config = config
        """The configuration, where every value could be read; None otherwise."""
        where = f" of stack {stack!r}" if stack else ""
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"the configuration{where} has {count}; nothing was created:"]
        lines += [f"  {problem}" for problem in self.problems]
        super().__init__("\n".join(lines))


class UnreadableError(SparehubError):
    """A state, an export or an id that cannot be read."""


class OptionsError(SparehubError):
    """The options of a command are incomplete, unreadable or exclude each other."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE


class UnknownNameError(OptionsError):
    """An unknown name; the message lists the known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no {kind} {name!r}; there are: {', '.join(known)}")


class ReplacementRefusedError(SparehubError):
    """The change would replace or delete what is in use: a gateway, a circuit, a vault."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class DisconnectionRefusedError(SparehubError):
    """The change would delete every connection of a region that stays active."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class PreflightError(SparehubError):
    """A check before or during an operation does not allow it to go on."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class HalfwayError(SparehubError):
    """An operation stopped between its steps; `sparehub resume` continues it."""

    exit_code: ClassVar[ExitCode] = ExitCode.HALFWAY


class UnreachableError(SparehubError):
    """A region does not answer, and nothing was changed."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNREACHABLE


class GenerationError(SparehubError):
    """The stack files belong to an older switch, or would disconnect the only live region."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERLOCK


class InterlockError(SparehubError):
    """Both regions would advertise the same addresses to on-premises, or that is unknown."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERLOCK
