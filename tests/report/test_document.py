"""The content of a report, before it is rendered as HTML."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from sparehub.report.document import Report, compose
from sparehub.report.drawing.frames import LinkState
from sparehub.report.history import History
from sparehub.report.journal_files import Recorded
from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import PlanKind
from tests.configurations import with_spokes
from tests.report.conftest import links_of, report_of, write_stacks
from tests.report.journal_records import begin, records, step


def links(report: Report, panel: int) -> list[tuple[str, LinkState]]:
    """Return the states of the connections in one of the three overview pictures."""
    return links_of(report.overview[panel])


def test_before_and_after_swap_live_and_fenced(tmp_path: Path) -> None:
    """The old connection is drawn as fenced, and not as standby."""
    report = report_of(tmp_path)

    assert links(report, 0) == [
        ("primary/hong-kong", LinkState.LIVE),
        ("secondary/singapore", LinkState.STANDBY),
    ]
    assert links(report, 1) == [
        ("primary/hong-kong", LinkState.FENCED),
        ("secondary/singapore", LinkState.LIVE),
    ]


def test_the_difference_is_what_a_failover_writes(tmp_path: Path) -> None:
    """At depth gateway one deletion and one creation, and the advertised prefixes."""
    report = report_of(tmp_path)

    assert [(change.mark, change.stack, change.text) for change in report.overview[2].changes] == [
        ("-", "primary", "con-eastasia-hong-kong deleted"),
        ("~", "primary", "advertises nothing, before 3 prefixes"),
        ("+", "secondary", "con-southeastasia-singapore created"),
        ("~", "secondary", "advertises 3 prefixes, before nothing"),
    ]
    marked = [line.mark for line in report.overview[2].picture.lines if line.mark]
    assert marked == ["-", "+"]


def test_at_depth_network_gateway_and_peerings_change_too(tmp_path: Path) -> None:
    """The target's gateway is created, and its spokes start to use it."""
    report = report_of(
        tmp_path, secondary=lambda c: c["sparehub:region"].update(standby={"depth": "network"})
    )

    assert [
        change.text for change in report.overview[2].changes if change.stack == "secondary"
    ] == [
        "ergw-southeastasia created",
        "con-southeastasia-singapore created",
        "2 peerings of spokes start using the gateway",
        "advertises 3 prefixes, before nothing",
    ]


def test_where_the_secondary_is_live_the_report_shows_a_failback(tmp_path: Path) -> None:
    """The report describes the next operation."""
    report = report_of(
        tmp_path,
        primary=lambda c: c.update({"sparehub:activation": "standby"}),
        secondary=lambda c: c.update({"sparehub:activation": "active"}),
    )

    assert report.kind == "failback"
    assert [panel.heading for panel in report.walkthroughs[0].panels] == [
        "southeastasia is live",
        "disconnect secondary (southeastasia) from on-premises",
        "connect primary (eastasia) to on-premises",
    ]


def test_every_step_has_a_picture_and_routes(tmp_path: Path) -> None:
    """Between fence and activation nothing is live, and there is no route to on-premises."""
    report = report_of(tmp_path)

    fenced = report.walkthroughs[0].panels[1]
    assert {line.state for line in fenced.picture.lines} == {LinkState.FENCED, LinkState.STANDBY}
    nva = [frame["primary/hub/nva"] for frame in report.routes.frames[:3]]
    learned = [
        [row for row in report.routes.tables[number] if row[0] == "VirtualNetworkGateway"]
        for number in nva
    ]
    route = ("VirtualNetworkGateway", "Active", "192.168.0.0/16", "VirtualNetworkGateway")
    assert learned == [[route], [], []]


def test_an_overridden_route_names_the_overriding_one(tmp_path: Path) -> None:
    """A spoke's default route overrides the internet's."""
    report = report_of(tmp_path)

    table = report.routes.tables[report.routes.frames[0]["primary/spoke1/app"]]
    assert ("Default", "Invalid", "0.0.0.0/0", "Internet, overridden by default") in table


def test_more_than_twenty_spokes_are_one_box_and_a_list(tmp_path: Path) -> None:
    """Up to twenty are drawn one by one."""
    twenty = report_of(tmp_path, lambda c: with_spokes(c, 20), lambda c: with_spokes(c, 20))
    more = report_of(tmp_path, lambda c: with_spokes(c, 21), lambda c: with_spokes(c, 21))

    kinds = [[box.kind for box in report.overview[0].picture.boxes] for report in (twenty, more)]
    assert [(kind.count("spoke"), kind.count("stacked")) for kind in kinds] == [(40, 0), (0, 2)]
    assert twenty.collapsed == []
    assert [(stack, len(spokes), spokes[0]) for stack, spokes in more.collapsed] == [
        ("primary", 21, "spoke1, 10.100.1.0/24"),
        ("secondary", 21, "spoke1, 10.100.1.0/24"),
    ]


def test_nothing_is_drawn_outside_the_picture(tmp_path: Path) -> None:
    """Every box is within the view box, and none is empty."""
    report = report_of(tmp_path, lambda c: with_spokes(c, 19), lambda c: with_spokes(c, 3))

    for panel in [*report.overview, *report.walkthroughs[0].panels, *report.walkthroughs[1].panels]:
        picture = panel.picture
        for box in picture.boxes:
            assert 0 <= box.x < box.x + box.width <= picture.width, box
            assert 0 <= box.y < box.y + box.height <= picture.height, box


def test_boxes_do_not_cover_each_other(tmp_path: Path) -> None:
    """Only regions and hubs contain other boxes."""
    report = report_of(tmp_path, lambda c: with_spokes(c, 20), lambda c: with_spokes(c, 20))

    boxes = [b for b in report.overview[0].picture.boxes if b.kind not in ("region", "hub")]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one.x + one.width <= other.x
                or other.x + other.width <= one.x
                or one.y + one.height <= other.y
                or other.y + other.height <= one.y
            )
            assert apart, (one, other)


def test_a_bow_tie_has_a_link_for_each_connection(tmp_path: Path) -> None:
    """A circuit that both regions use is drawn once."""
    shared = {
        "circuit": {
            "id": "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg"
            "/providers/Microsoft.Network/expressRouteCircuits/erc-both",
            "peeringLocation": "Tokyo",
            "sku": {"tier": "Premium"},
            "bandwidthInMbps": 500,
        }
    }

    def add(values: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
        values["sparehub:region"]["expressRoute"]["connections"]["both"] = shared

    report = report_of(tmp_path, add, add)

    assert sorted(name for name, _ in links(report, 0)) == [
        "primary/both",
        "primary/hong-kong",
        "secondary/both",
        "secondary/singapore",
    ]
    circuits = [b.lines[0] for b in report.overview[0].picture.boxes if b.kind == "circuit"]
    assert circuits == ["erc-both", "erc-hong-kong", "erc-singapore"]


def test_one_valid_stack_file_gives_findings_and_no_picture(tmp_path: Path) -> None:
    """A failover needs two."""
    write_stacks(tmp_path)
    (tmp_path / "Pulumi.secondary.yaml").unlink()
    report = compose(check_stack_files(tmp_path))

    assert report.lead.endswith("readable here: primary.")
    assert (report.overview, report.walkthroughs, report.recoveries) == ((), (), ())


def raised_to(values: dict[str, Any], mbps: int) -> None:
    """Set the bandwidth of the secondary's circuit."""
    connections = values["sparehub:region"]["expressRoute"]["connections"]
    connections["singapore"]["circuit"]["bandwidthInMbps"] = mbps


@pytest.mark.parametrize(
    ("before", "current", "times"),
    [
        (200, 1000, ["90 s", "3 min 1 s", "42 s"]),  # raised
        (200, 200, ["90 s", "3 min 1 s", "42 s"]),  # refused, and reset
        (200, 500, ["", "", ""]),  # changed by somebody since
        (7, 1000, ["", "", ""]),  # not a bandwidth of ExpressRoute
        (1000, 1000, ["", "", ""]),  # nothing to raise
    ],
)
def test_an_operation_that_raised_a_bandwidth_has_its_planned_times(
    tmp_path: Path, before: int, current: int, times: list[str]
) -> None:
    """Its file has the new bandwidth; any other change leaves only the measured times."""
    write_stacks(tmp_path)
    pair = check_stack_files(tmp_path).stacks
    plan = failover.plan(pair[0], pair[1], PlanKind.FAILOVER, raise_bandwidth=True)
    name, (raised,) = "failover-1", plan.raises
    begun = begin(0, name, "planned", plan.configuration)
    begun[3]["raises"] = [{**asdict(raised), "before": before}]
    steps = [
        event for number, one in enumerate(plan.steps) for event in step(number, 9, name, one.id)
    ]
    write_stacks(tmp_path, secondary=lambda values: raised_to(values, current))

    history = History.of(records(begun, *steps, (9, name, "finished", {})))
    (entry,) = compose(check_stack_files(tmp_path), Recorded(history=history)).past.entries

    assert [row.typical for row in entry.steps] == times
