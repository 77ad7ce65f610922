"""The table of effects: what operations change when they finish, or when they fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.replication import failover, other_actions, reprotect, trial_failover
from sparehub.simulator.arm.replication.plans import ends
from sparehub.simulator.arm.types.base import EffectContext


@dataclass(frozen=True)
class Effect:
    """What an operation changes at its end."""

    finish: Callable[[EffectContext], JsonObject | None]
    """Returns the error that the operation ends with although it was done in part."""
    fail: Callable[[EffectContext], None]


def _nothing(context: EffectContext) -> None:
    """Change nothing."""
    del context


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "failover": Effect(failover.finish_failover, failover.fail_failover),
        "change point": Effect(other_actions.finish_change, _nothing),
        "commit": Effect(failover.finish_commit, _nothing),
        "test failover": Effect(trial_failover.finish_test, trial_failover.fail_test),
        "clean-up": Effect(trial_failover.finish_cleanup, _nothing),
        "switch": Effect(reprotect.finish_switch, _nothing),
        "remove": Effect(reprotect.finish_removal, _nothing),
        "nothing": Effect(_nothing, _nothing),
        "runbook ended": Effect(ends.continue_run, _nothing),
        "plan step": Effect(ends.finish_step, ends.fail_step),
    }
)
"""By the name that is stored with an operation."""
