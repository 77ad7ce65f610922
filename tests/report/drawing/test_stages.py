"""The moments of an unplanned failover, whose source is lost."""

from pathlib import Path
from typing import Any

from sparehub.report.drawing.frames import Frame, LinkState, link_state
from sparehub.report.drawing.stages import loss_stages
from sparehub.stacks.examination import examine
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.report.conftest import Change, unchanged, write_stacks

LIVE, STANDBY, FENCED, SILENT, UNFENCED = LinkState


def frames(directory: Path, primary: Change = unchanged, secondary: Change = unchanged) -> Any:
    write_stacks(directory, primary, secondary)
    stacks = examine(directory).stacks
    plan = failover.plan(stacks[0], stacks[1], PlanKind.FAILOVER, Mode.UNPLANNED)
    return loss_stages(stacks, plan)


def drawn(found: list[Frame]) -> list[tuple[str, list[LinkState]]]:
    """Return the title of each frame and how its connections are drawn."""
    start = found[0].pair
    return [
        (
            frame.title,
            [
                link_state(now, before, circuit.key)
                for now, before in zip(frame.pair, start, strict=True)
                for circuit in now.region.circuits
            ],
        )
        for frame in found
    ]


def test_the_source_falls_silent_is_fenced_or_is_unfenced(tmp_path: Path) -> None:
    """It is live nowhere that is not known, and disconnected once it is back."""
    found = frames(tmp_path)

    assert drawn(found) == [
        ("eastasia is live", [LIVE, STANDBY]),
        ("ask primary (eastasia) whether it answers", [SILENT, STANDBY]),
        ("disconnect primary (eastasia), if need be without its region", [FENCED, STANDBY]),
        ("connect secondary (southeastasia) to on-premises", [FENCED, LIVE]),
        ("or else, where no fence holds: eastasia is UNFENCED", [UNFENCED, LIVE]),
        ("disconnect primary (eastasia) once it is back", [FENCED, LIVE]),
    ]
    assert [each.pair[0].said for each in found[1:5]] == [
        "primary (eastasia): does not answer, may advertise 3 prefixes",
        "primary (eastasia): fenced from outside, advertises nothing",
        "primary (eastasia): fenced from outside, advertises nothing",
        "primary (eastasia): UNFENCED, may advertise 3 prefixes",
    ]
    assert [each.command for each in found[4:]] == [
        "sparehub failover --unplanned --accept-unfenced REASON",
        "sparehub finish-fence",
    ]


def test_where_both_may_be_live_nothing_is_unfenced(tmp_path: Path) -> None:
    """On-premises prefers one region: the target is connected before anybody asks the source."""

    def prefer(values: dict[str, Any]) -> None:
        values["sparehub:region"]["onPremises"]["prefers"] = "primary"

    found = drawn(frames(tmp_path, prefer, prefer))

    assert [states for _, states in found] == [
        [LIVE, STANDBY],
        [SILENT, LIVE],
        [SILENT, LIVE],
        [FENCED, LIVE],
        [FENCED, LIVE],
    ]


def test_a_lost_gateway_stands_until_its_region_is_back(tmp_path: Path) -> None:
    """At depth network a region that stands by has none; one that is fenced from outside does."""

    def network(values: dict[str, Any]) -> None:
        values["sparehub:region"]["standby"] = {"depth": "network"}

    found = frames(tmp_path, network)

    gateways = [frame.pair[0].region.gateway is not None for frame in found]
    assert gateways == [True, True, True, True, True, True, False]
