"""The frames of a failover: both regions before its first step and after each step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sparehub.report.drawing.frames import DrawnRegion, Frame, LinkState
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import region_after, region_at
from sparehub.topology.planning.plan import Plan, StepAction


def stages(stacks: Sequence[Stack], plan: Plan) -> list[Frame]:
    """Return the pair at the start and after each step of a plan."""
    by_name = {stack.name: stack for stack in stacks}
    regions = {
        stack.name: region_at(
            stack, Activation.ACTIVE if stack.name == plan.source else Activation.STANDBY
        )
        for stack in stacks
    }
    source = by_name[plan.source].region
    frames = [Frame(title=f"{source.location} is live", pair=_drawn(regions))]
    for step in plan.steps:
        if change := step.change:
            regions[change.stack] = region_after(by_name, change)
        frames.append(Frame(title=step.title, pair=_drawn(regions)))
    return frames


def loss_stages(stacks: Sequence[Stack], plan: Plan) -> list[Frame]:
    """Return the frames of an unplanned plan whose source does not answer.

    After the last step follow the pair without a fence, if then both regions may be live, and the
    pair once the region is back and disconnected.
    """
    source = next(stack for stack in stacks if stack.name == plan.source)
    start, *after = stages(stacks, plan)
    frames, lost = [start], lost_region(source, LinkState.SILENT)
    for step, frame in zip(plan.steps, after, strict=True):
        if step.act is StepAction.FENCE:
            lost = lost_region(source, LinkState.FENCED)
        frames.append(replace(frame, pair=_with(frame.pair, lost)))
    last = frames[-1].pair
    if plan.conflict:
        unfenced = lost_region(source, LinkState.UNFENCED)
        frames.append(
            Frame(
                title=f"alternative: no fence works, {source.region.location} is UNFENCED",
                pair=_with(last, unfenced),
                note=(
                    "The failover stops and prints filters for on-premises routers, until the "
                    "risk is accepted with a reason. The region is then an open item."
                ),
                command=f"sparehub {plan.kind} --unplanned --accept-unfenced REASON",
            )
        )
    down = DrawnRegion(stack=source.name, region=region_at(source, Activation.STANDBY))
    frames.append(
        Frame(
            title=f"disconnect {source.name} ({source.region.location}) once it is back",
            pair=_with(last, down),
            note="The open item is closed, and the external fence is removed.",
            command="sparehub finish-fence",
        )
    )
    return frames


def lost_region(stack: Stack, lost: LinkState) -> DrawnRegion:
    """Return a region that was live and is lost; a fenced one is not reached by on-premises."""
    if lost is not LinkState.FENCED:
        return DrawnRegion(stack=stack.name, region=region_at(stack, Activation.ACTIVE), lost=lost)
    # Its other resources exist until it is back.
    keeps = stack.config.region.standby.depth is not Depth.CONNECTION
    region = region_at(stack, Activation.STANDBY, disconnected=keeps)
    return DrawnRegion(stack=stack.name, region=region, lost=lost)


def _with(pair: tuple[DrawnRegion, ...], other: DrawnRegion) -> tuple[DrawnRegion, ...]:
    return tuple(other if drawn.stack == other.stack else drawn for drawn in pair)


def _drawn(regions: Mapping[str, Region]) -> tuple[DrawnRegion, ...]:
    return tuple(DrawnRegion(stack=name, region=region) for name, region in regions.items())
