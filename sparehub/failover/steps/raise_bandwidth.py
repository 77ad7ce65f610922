"""Raises the bandwidth of a circuit: whatever becomes of it is told, and stops nothing.

The target carries the traffic by then, and Azure may refuse (ER-02). Azure's answer may be lost as
well, or it refuses after it accepted: then Pulumi's state, the file and Azure say three things.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sparehub.azure.reading import settled, state_of
from sparehub.failover.journal.journal import JournalError
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.steps.context import StepContext
from sparehub.failover.steps.reconcile import reconcile_pending
from sparehub.failover.steps.verify_step import VerificationError
from sparehub.stacks.stack_file_edit import set_bandwidth
from sparehub.topology.azure.durations import CIRCUIT_UPDATE
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import BandwidthIncrease, StackChange


@dataclass(frozen=True)
class BandwidthRaise:
    """One step that raises a bandwidth; ``write`` deploys what the stack file says."""

    job: StepContext
    change: StackChange
    raised: BandwidthIncrease
    write: Callable[[StackChange], None]
    stop: Callable[[], bool]

    def outcome(self) -> dict[str, Any]:
        """Raise the bandwidth; return what the journal says of that.

        ``refused`` is why it was not, or is not known to be, raised; ``unsettled`` is there where
        the stack's state may say something else than its file, for a later deployment to write.

        Raises:
            SparehubError: where somebody asked to stop, or has taken over.
        """
        wanted = self.raised.wanted
        try:
            self._deploy(wanted)
            if (found := self._shown()) != (wanted, "Succeeded"):
                raise VerificationError(f"Azure shows {found[0]} Mbps, {found[1]}")
        except (LeaseError, JournalError):
            raise
        except (SparehubError, OSError) as error:
            if self.stop():
                raise
            return self._agree(str(error))
        return {"refused": ""}

    def _agree(self, problem: str) -> dict[str, Any]:
        """Let the file say what Azure shows, and the state, too, as far as that can be."""
        raised, note = self.raised, self.job.progress.note
        circuit = f"the circuit of {raised.connection}"
        shown, standing = self._shown()
        agreed = False
        try:
            if shown in {None, raised.wanted}:
                self._settle()  # a pending write would be in the way of the next operation
            else:
                self._deploy(raised.before)
                shown, standing = self._shown()
                agreed = (shown, standing) == (raised.before, "Succeeded")
        except (LeaseError, JournalError):
            raise
        except (SparehubError, OSError) as error:
            if self.stop():
                raise
            note(f"warning: {circuit} is not yet as it was: {error}")
        if agreed:
            note(
                f"warning: {circuit} carries {raised.before} Mbps as before, since raising it "
                f"failed: {problem}"
            )
            return {"refused": problem}
        what = "is unknown" if shown is None else f"is {shown} Mbps"
        said = f"its bandwidth {what} in Azure ({standing}), since raising it failed: {problem}"
        note(f"warning: {circuit}: {said}; a later deployment writes what its stack file says")
        done = (shown, standing) == (raised.wanted, "Succeeded")
        return {"refused": "" if done else said, "unsettled": True}

    def _deploy(self, mbps: int) -> None:
        job, stack = self.job, self.change.stack
        self._settle()
        job.journal.guard()
        set_bandwidth(job.directory, stack, self.raised.connection, mbps)
        self.write(self.change)

    def _settle(self) -> None:
        job = self.job
        reconcile_pending(job.stacks, job.azure, self.change.stack, job.progress.note)

    def _shown(self) -> tuple[int | None, str]:
        """Return the circuit's bandwidth in Mbps, None where Azure does not say, and its state."""
        job = self.job
        try:
            identity = job.stacks.snapshot(self.change.stack).ids[self.raised.operation.name]
        except SparehubError as error:
            return None, str(error)
        found = settled(job.azure, identity, CIRCUIT_UPDATE.worst)
        if not found.accepted:
            return None, found.problem
        provider = found.properties.get("serviceProviderProperties") or {}
        return provider.get("bandwidthInMbps"), state_of(found)
