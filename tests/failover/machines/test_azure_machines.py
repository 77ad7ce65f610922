"""What is read of machines: their power state, and what counts as stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest

from sparehub.azure.answers import Answer, Azure
from sparehub.failover.machines.azure_machines import (
    DEALLOCATED,
    UNKNOWN,
    MachineError,
    deallocate,
    power_state,
)
from sparehub.failover.machines.source_machines import power_states
from sparehub.topology.config.resource_ids import ResourceId
from tests.site_recovery_files import MACHINES

APP = ResourceId.parse(MACHINES.format("app1"))


@dataclass
class OneAnswer:
    """An Azure with one answer to every request."""

    answer: Answer
    asked: int = 0

    def send(self, *_: object, **__: object) -> Answer:
        self.asked += 1
        return self.answer

    def act(self, *_: object) -> Answer:
        return Answer(status=200, body={})


def azure(status: int, body: Mapping[str, Any]) -> Azure:
    return cast("Azure", OneAnswer(Answer(status=status, body=body)))


def shown(*codes: str) -> Mapping[str, Any]:
    return {"statuses": [{"code": code} for code in codes]}


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, shown("ProvisioningState/succeeded", DEALLOCATED), DEALLOCATED),
        (200, shown("ProvisioningState/succeeded"), UNKNOWN),
        (404, {}, ""),
    ],
)
def test_a_machine_that_shows_no_power_state_may_run(
    status: int, body: Mapping[str, Any], state: str
) -> None:
    """Only one that is not there is known not to run."""
    assert power_state(azure(status, body), APP) == state


def test_a_machine_whose_state_is_not_shown_does_not_count_as_stopped() -> None:
    with pytest.raises(MachineError, match="app1 does not stop: Azure shows PowerState/unknown"):
        deallocate(azure(200, shown()), APP)


def test_a_region_that_does_not_answer_is_asked_once() -> None:
    """Not once for each machine: somebody waits for the status."""
    silent = OneAnswer(Answer(status=0, body={}))
    identities = [MACHINES.format(name) for name in ("app1", "db1", "dc1")]

    states = power_states(cast("Azure", silent), identities)

    assert states == dict.fromkeys(identities, "unknown")
    assert silent.asked == 1
