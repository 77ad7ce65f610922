"""The actions of a recovery plan by name: those of the file, and those that switch the network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.topology.config.enums import FailoverKind
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import RecoveryPlanConfig

RUNBOOK_ACTION, MANUAL_ACTION = "switch-network", "network-switched"
_START = "startGroupActions"


@dataclass(frozen=True, kw_only=True)
class NetworkActions:
    """What a recovery plan does before its first group, where it switches the network itself.

    A runbook, then a person's step: Microsoft's page says that a script that fails does not stop an
    unplanned failover, so nobody relies on it
    (https://learn.microsoft.com/azure/site-recovery/site-recovery-runbook-automation).
    """

    runbook: ResourceId
    postconditions: tuple[str, ...]
    """What holds once the network is switched."""

    @property
    def question(self) -> str:
        """What the person is asked."""
        listed = "; ".join(
            f"({number}) {each}" for number, each in enumerate(self.postconditions, start=1)
        )
        return (
            f"Network switched? Read the output of the runbook's job, then verify: {listed}. If "
            "any of it does not hold, start the runbook again before you complete this step"
        )


def action_name(group: int, side: str, number: int) -> str:
    """Return the name of an action; ``side`` is ``before`` or ``after``, numbers begin with 1."""
    return f"group-{group}-{side}-{number}"


def manual_actions(plan: RecoveryPlanConfig) -> Iterator[str]:
    """Yield the names of what a person has to do in a failover, in the order of the groups."""
    for number, group in sorted(plan.groups.items()):
        for side, actions in (("before", group.before), ("after", group.after)):
            for count, action in enumerate(actions, start=1):
                if action.manual and FailoverKind.UNPLANNED_FAILOVER in action.types:
                    yield action_name(number, side, count)


def starts_runbook(plan: Mapping[str, Any] | None, runbook: ResourceId) -> bool:
    """Return whether a recovery plan, as the vault shows it, starts a runbook before a group."""
    groups = ((plan or {}).get("properties") or {}).get("groups") or ()
    return any(
        ResourceId.of(str((action.get("customDetails") or {}).get("runbookId") or "")) == runbook
        for group in groups
        for action in group.get(_START) or ()
    )


def running_scenario(plan: Mapping[str, Any] | None) -> str:
    """Return the scenario of a recovery plan that runs; empty where none does (SR-60).

    A scenario that waits for the commit, and one that has ended, are no running ones.
    """
    scenario = ((plan or {}).get("properties") or {}).get("currentScenario") or {}
    status = str(((plan or {}).get("properties") or {}).get("currentScenarioStatus") or "")
    name = str(scenario.get("scenarioName") or "")
    return name if name not in {"", "None"} and status not in ENDED else ""


ENDED = frozenset({"", "None", "Succeeded", "Failed", "Cancelled", "PartiallySucceeded"})
"""Of a recovery plan's scenario."""
