"""Turns Pulumi's failures into one message each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pulumi.automation import CommandResult
from pulumi.automation.errors import CommandError, ConcurrentUpdateError, create_command_error

from sparehub.failover.journal.lease import LeaseError
from sparehub.stacks.pulumi_command import CommandFailed
from sparehub.topology.errors import PreflightError, SparehubError

_UNDECRYPTED = "incorrect passphrase"
"""Pulumi's message where it cannot decrypt a stack file."""
_NOT_REACHED = "expected resource operations for"
"""Pulumi's message for each resource of its plan that it did not reach after a failure."""


class DeploymentError(SparehubError):
    """Pulumi failed; the text is its own message."""


def unreadable(what: str, error: CommandError) -> str:
    """Return that something cannot be read, by the first line of what Pulumi said."""
    said = str(error).split("stderr:")[-1].strip().splitlines() or ["no word from Pulumi"]
    return (
        f"{what} cannot be read: {said[0]}. Look at PULUMI_BACKEND_URL and "
        "PULUMI_CONFIG_PASSPHRASE; against the local Azure use: "
        'eval "$(sparehub simulate env)"'
    )


@contextmanager
def as_command_error() -> Iterator[None]:
    """Turn a failure into the one that the Automation API raises, without standard output."""
    try:
        yield
    except CommandFailed as failed:
        raise create_command_error(CommandResult("", failed.stderr, failed.code)) from None
    except ValueError:
        unreadable = CommandResult("", "what pulumi exports is not JSON", 1)
        raise create_command_error(unreadable) from None


@contextmanager
def reporting_failures(stack: str, problems: Sequence[str] = ()) -> Iterator[None]:
    """Turn Pulumi's failures into one message, with each problem of Pulumi or Azure once."""
    try:
        yield
    except ConcurrentUpdateError:
        message = (
            f"stack {stack!r} is being deployed by another Pulumi; wait for it to end, then run "
            "`sparehub resume`"
        )
        raise LeaseError(message) from None
    except OSError as error:  # of a working file that the Automation API makes
        where = error.filename or "a working file"
        message = f"stack {stack!r}: {where} cannot be written ({error.strerror})"
        raise PreflightError(message) from None
    except CommandError as error:
        if _UNDECRYPTED in str(error):
            message = (
                f"stack {stack!r}: its secrets cannot be decrypted ({_UNDECRYPTED}), so nothing "
                "was done: look at PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE"
            )
            raise PreflightError(message) from None
        said = [each for each in dict.fromkeys(problems) if each and each != "update failed"]
        said = [each for each in said if not each.startswith(_NOT_REACHED)] or said
        if not said:
            said = [line for line in str(error).splitlines() if line.strip()][-3:]
        raise DeploymentError(f"stack {stack!r}: {'; '.join(said)}") from None
