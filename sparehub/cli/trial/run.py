"""Carries the steps of a trial out, one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sparehub.azure.answers import Answer
from sparehub.azure.client import ArmClient
from sparehub.cli.trial.requests.machines import (
    failover_test_steps,
    machine_steps,
    replication_steps,
)
from sparehub.cli.trial.requests.names import Trial
from sparehub.cli.trial.requests.networks import network_reads, network_steps
from sparehub.cli.trial.requests.step import Step
from sparehub.output import Output
from sparehub.topology.errors import SparehubError

_POLL = 30.0
"""Seconds between two readings of a resource that is waited for."""
_MINUTE = 60.0
_FAILED = "Failed"
"""In the state of an item whose replication has failed, such as ``InitialReplicationFailed``:
https://learn.microsoft.com/azure/site-recovery/azure-to-azure-troubleshoot-replication"""


class TrialFailedError(SparehubError):
    """Azure refused a request that the trial needs, or an operation did not end."""


def steps_of(trial: Trial, public_key: str) -> Iterator[Step]:
    """Yield every request of a trial in its order, without those that remove it."""
    yield from network_steps(trial)
    yield from network_reads(trial)
    if trial.machines:
        yield from machine_steps(trial, public_key)
        yield from replication_steps(trial)
        yield from failover_test_steps(trial)


@dataclass(frozen=True)
class Runner:
    """Sends steps to one client, and says what it does.

    ``accepted`` has the steps that Azure accepted although it should refuse them, also after an
    error.
    """

    client: ArmClient
    output: Output
    accepted: list[str] = field(default_factory=list)

    def run(self, steps: Iterable[Step]) -> None:
        """Carry steps out.

        Raises:
            TrialFailedError: Azure refused another one, or it did not end.
            SignInError: The sign-in has expired.
        """
        steps = list(steps)
        for number, step in enumerate(steps, start=1):
            with self.output.progress.status(f"{number} of {len(steps)}: {step.title} ..."):
                answer = self._send(step)
            if step.refused and answer.accepted:
                self.accepted.append(step.title)
            elif not step.refused and not answer.accepted:
                problem = answer.problem.partition("\n")[0]
                raise TrialFailedError(f"{step.title}: {problem} ({step.method} {step.path})")
            self.output.note(f"{number} of {len(steps)}: {step.title}")

    def _send(self, step: Step) -> Answer:
        if step.shows:
            return self._read_until(step, *step.shows)
        if step.method == "GET":
            return self.client.send("GET", step.path)
        if step.has_result:
            return self.client.act(step.path, step.body or None)
        body = step.body if step.method in ("PUT", "POST") and step.body else None
        return self.client.operate(step.method, step.path, body, step.minutes * _MINUTE)

    def _read_until(self, step: Step, name: str, value: str) -> Answer:
        """Read a resource until a property has a value, or the step's time is over."""
        waited = 0.0
        while True:
            answer = self.client.send("GET", step.path)
            found = answer.properties.get(name)
            if found == value or not (answer.accepted or answer.passing):
                return answer
            if _FAILED in str(found):
                raise TrialFailedError(f"{step.title}: it is {found!r}")
            if waited >= step.minutes * _MINUTE:
                raise TrialFailedError(
                    f"{step.title}: still {found!r} after {step.minutes:.0f} min"
                )
            self.client.wait(_POLL)
            waited += _POLL
