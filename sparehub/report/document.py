"""What a report says, decided before it is written: pictures, steps, routes, times, findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sparehub.check import Examination
from sparehub.report.frames import Change, Frame, Placed, changes
from sparehub.report.picture import draw
from sparehub.report.region_picture import COLLAPSE_ABOVE
from sparehub.report.shapes import Picture
from topology.build import build
from topology.findings import Finding
from topology.pair import Stack
from topology.words import Activation

_PAIR = 2


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A picture under a heading; ``frame`` says whose routes it shows."""

    heading: str
    picture: Picture
    frame: int
    effect: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Effective routes: each table once, and per frame the number of the table by context."""

    tables: Sequence[Sequence[Sequence[str]]] = ()
    frames: Sequence[Mapping[str, int]] = ()

    @property
    def document(self) -> Mapping[str, object]:
        """The routes as the page's script reads them."""
        return {"tables": self.tables, "frames": self.frames}


@dataclass(frozen=True, kw_only=True)
class Time:
    """One row of the table of recovery times."""

    title: str
    needs: str
    typical: str
    worst: str
    critical: bool


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole page."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    findings: Sequence[Finding]
    three: Sequence[Panel] = ()
    steps: Sequence[Panel] = ()
    collapsed: Sequence[tuple[str, Sequence[str]]] = ()
    routes: Routes = field(default_factory=Routes)
    recovery: str = ""
    times: Sequence[Time] = ()
    assumptions: Sequence[str] = ()


def compose(examination: Examination) -> Report:
    """Return the report of what stack files describe; pictures only of a whole pair."""
    stacks = examination.stacks
    if len(stacks) != _PAIR:
        read = ", ".join(stack.name for stack in stacks) or "none"
        return Report(
            title="Sparehub",
            lead=f"A failover needs two stack files that can be read; readable here: {read}.",
            facts=_facts(examination),
            findings=examination.findings,
        )
    frames = _frames(stacks)
    before, after = frames[0], frames[-1]
    changed = changes(before.pair, after.pair)
    last = len(frames) - 1
    return Report(
        title=f"Sparehub: {stacks[0].region.location} and {stacks[1].region.location}",
        lead="Two regions, one live: what a failover moves, in which order, and what stays.",
        facts=_facts(examination),
        findings=examination.findings,
        three=(
            Panel(heading="Before", picture=draw(before, before), frame=0),
            Panel(heading="After", picture=draw(after, before), frame=last),
            Panel(
                heading="Difference",
                picture=draw(after, before, changed),
                frame=last,
                changes=changed,
            ),
        ),
        steps=[
            Panel(
                heading=frame.title,
                picture=draw(frame, before),
                frame=number,
                effect=frame.effect,
            )
            for number, frame in enumerate(frames)
        ],
        collapsed=[
            (stack.name, [_spoke(stack, number) for number in range(len(stack.region.spokes))])
            for stack in stacks
            if len(stack.region.spokes) > COLLAPSE_ABOVE
        ],
    )


def _facts(examination: Examination) -> list[tuple[str, str]]:
    topology = examination.topology
    facts = [
        (f"{stack.name}, {stack.region.location}", f"{stack.region.activation}")
        for stack in examination.stacks
    ]
    if topology.addresses:
        facts.append(("Addresses", topology.addresses))
    facts += [
        ("Circuits", str(topology.circuits)),
        ("Peering locations", str(topology.peering_locations)),
        ("Errors", str(examination.count("error"))),
        ("Warnings", str(examination.count("warning"))),
    ]
    return facts


def _frames(stacks: Sequence[Stack]) -> list[Frame]:
    """Return the moments of a failover away from the region that is live."""
    live = next(
        (s.name for s in stacks if s.config.activation is Activation.ACTIVE), stacks[0].name
    )
    source = next(stack for stack in stacks if stack.name == live)
    target = next(stack for stack in stacks if stack.name != live)
    return [
        Frame(
            title=f"{source.region.location} is live",
            effect="",
            pair=_pair(stacks, live),
        ),
        Frame(
            title=f"Fenced: {source.region.location} is cut off from on-premises",
            effect=f"{_spokes(source)} do not reach on-premises",
            pair=_pair(stacks, None),
        ),
        Frame(
            title=f"{target.region.location} is live",
            effect="every spoke reaches on-premises again",
            pair=_pair(stacks, target.name),
        ),
    ]


def _spokes(stack: Stack) -> str:
    keys = [spoke.key for spoke in stack.region.spokes]
    return ", ".join(keys) if len(keys) <= 3 else f"{len(keys)} spokes"  # noqa: PLR2004 - as many as read well


def _pair(stacks: Sequence[Stack], live: str | None) -> tuple[Placed, ...]:
    """Return both regions as they stand while the one of that name is active."""
    return tuple(
        Placed(
            stack=stack.name,
            region=build(
                stack.config.model_copy(
                    update={
                        "activation": Activation.ACTIVE
                        if stack.name == live
                        else Activation.STANDBY
                    }
                )
            ),
        )
        for stack in stacks
    )


def _spoke(stack: Stack, number: int) -> str:
    spoke = stack.region.spokes[number]
    prefixes = ", ".join(str(prefix) for prefix in spoke.virtual_network.address_space)
    return f"{spoke.key}, {prefixes}"
