"""The moments of a failover: how both regions stand before its first step and after each."""

from collections.abc import Mapping, Sequence

from sparehub.report.frames import Frame, Placed
from topology.failover import region_after, region_at
from topology.model import Region
from topology.pair import Stack
from topology.plan import Plan
from topology.words import Activation


def moments(stacks: Sequence[Stack], plan: Plan) -> list[Frame]:
    """Return the pair at the start and after each step of a plan, the stacks in their order."""
    by_name = {stack.name: stack for stack in stacks}
    standing = {
        stack.name: region_at(
            stack, Activation.ACTIVE if stack.name == plan.source else Activation.STANDBY
        )
        for stack in stacks
    }
    source = by_name[plan.source].region
    frames = [Frame(title=f"{source.location} is live", pair=_placed(standing))]
    for step in plan.steps:
        if change := step.change:
            standing[change.stack] = region_after(by_name, change)
        frames.append(Frame(title=step.title, pair=_placed(standing)))
    return frames


def _placed(standing: Mapping[str, Region]) -> tuple[Placed, ...]:
    return tuple(Placed(stack=name, region=region) for name, region in standing.items())
