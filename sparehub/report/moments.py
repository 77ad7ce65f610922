"""The moments of a failover: how both regions stand before its first step and after each."""

from collections.abc import Sequence

from sparehub.report.frames import Frame, Placed
from topology.build import build
from topology.config import StackConfig
from topology.failover import at_depth
from topology.pair import Stack
from topology.plan import Plan
from topology.words import Activation


def moments(stacks: Sequence[Stack], plan: Plan) -> list[Frame]:
    """Return the pair at the start and after each step of a plan, the stacks in their order."""
    standing = {
        stack.name: _switched(
            stack.config, Activation.ACTIVE if stack.name == plan.source else Activation.STANDBY
        )
        for stack in stacks
    }
    configs = {stack.name: stack.config for stack in stacks}
    source = next(stack.region for stack in stacks if stack.name == plan.source)
    frames = [Frame(title=f"{source.location} is live", pair=_placed(standing))]
    for step in plan.steps:
        if change := step.change:
            switched = _switched(configs[change.stack], change.activation)
            standing[change.stack] = at_depth(switched, change.depth)
        frames.append(Frame(title=step.title, pair=_placed(standing)))
    return frames


def _switched(config: StackConfig, activation: Activation) -> StackConfig:
    return config.model_copy(update={"activation": activation})


def _placed(standing: dict[str, StackConfig]) -> tuple[Placed, ...]:
    return tuple(Placed(stack=name, region=build(config)) for name, config in standing.items())
