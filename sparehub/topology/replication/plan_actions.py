"""The actions of a recovery plan by name: group, side and number."""

from collections.abc import Iterator

from sparehub.topology.config.enums import FailoverKind
from sparehub.topology.config.site_recovery import RecoveryPlanConfig


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
