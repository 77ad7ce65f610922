"""Raises the bandwidth of a circuit: a failure is a warning, and halts nothing.

The target already carries the traffic, and Azure may refuse (ER-02). Azure's answer may be lost
too, or Azure refuses after it accepted: then Pulumi's state, the stack file and Azure differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sparehub.azure.reading import read_provisioned, state_of
from sparehub.failover.journal.journal import JournalError
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.steps.reconcile import reconcile_pending
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.failover.steps.verify_step import VerificationError
from sparehub.stacks.stack_file_edit import set_bandwidth
from sparehub.topology.azure.durations import CIRCUIT_UPDATE
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import BandwidthIncrease, StackChange


@dataclass(frozen=True)
class BandwidthRaise:
    """One step that raises a bandwidth; ``deploy_file`` deploys what the stack file says."""

    context: StepContext
    change: StackChange
    raised: BandwidthIncrease
    deploy_file: Callable[[StackChange], None]

    def outcome(self) -> dict[str, Any]:
        """Raise the bandwidth.

        Returns:
            What the journal records. ``refused`` is why it was not raised, or is not known to be.
            ``"unsettled"`` is there where the stack's state may differ from its file, so that a
            later deployment writes the circuit.

        Raises:
            SparehubError: where somebody asked to stop, or has taken over.
        """
        wanted = self.raised.wanted
        try:
            self._deploy(wanted)
            if (shown := self._shown()) != (wanted, "Succeeded"):
                raise VerificationError(f"Azure shows {shown[0]} Mbps, {shown[1]}")
        except (LeaseError, JournalError):
            raise
        except (SparehubError, OSError) as error:
            if self.context.session.stop():
                raise
            return self._roll_back(str(error))
        return {"refused": ""}

    def _roll_back(self, problem: str) -> dict[str, Any]:
        """Set the file to what Azure shows, and the state too where that is possible."""
        raised, note = self.raised, self.context.note
        circuit = f"the circuit of {raised.connection}"
        shown, state = self._shown()
        rolled_back = False
        try:
            if shown in {None, raised.wanted}:
                self._reconcile()  # a pending operation would stop the next failover
            else:
                self._deploy(raised.before)
                shown, state = self._shown()
                rolled_back = (shown, state) == (raised.before, "Succeeded")
        except (LeaseError, JournalError):
            raise
        except (SparehubError, OSError) as error:
            if self.context.session.stop():
                raise
            note(f"warning: {circuit} is not yet as it was: {error}")
        if rolled_back:
            note(
                f"warning: {circuit} carries {raised.before} Mbps as before, since raising it "
                f"failed: {problem}"
            )
            return {"refused": problem}
        what = "is unknown" if shown is None else f"is {shown} Mbps"
        outcome = f"its bandwidth {what} in Azure ({state}), since raising it failed: {problem}"
        note(f"warning: {circuit}: {outcome}; a later deployment writes what its stack file says")
        done = (shown, state) == (raised.wanted, "Succeeded")
        return {"refused": "" if done else outcome, "unsettled": True}

    def _deploy(self, mbps: int) -> None:
        context, stack = self.context, self.change.stack
        self._reconcile()
        context.session.journal.guard()
        set_bandwidth(context.session.directory, stack, self.raised.connection, mbps)
        self.deploy_file(self.change)

    def _reconcile(self) -> None:
        context = self.context
        reconcile_pending(
            context.session.stacks, context.session.azure, self.change.stack, context.note
        )

    def _shown(self) -> tuple[int | None, str]:
        """Return the circuit's bandwidth in Mbps, None where Azure does not say, and its state."""
        context = self.context
        try:
            identity = context.session.stacks.snapshot(self.change.stack).ids[
                self.raised.operation.name
            ]
        except SparehubError as error:
            return None, str(error)
        answer = read_provisioned(context.session.azure, str(identity), CIRCUIT_UPDATE.worst)
        if not answer.accepted:
            return None, answer.problem
        provider = answer.properties.get("serviceProviderProperties") or {}
        return provider.get("bandwidthInMbps"), state_of(answer)
