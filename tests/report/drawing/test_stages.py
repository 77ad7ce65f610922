"""The frames of an unplanned failover from a lost region."""

from pathlib import Path
from typing import Any

from sparehub.report.drawing.frames import Frame, LinkState, link_state
from sparehub.report.drawing.stages import loss_stages
from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.report.conftest import Change, unchanged, write_stacks

LIVE, STANDBY, FENCED, SILENT, UNFENCED = LinkState


def frames(directory: Path, primary: Change = unchanged, secondary: Change = unchanged) -> Any:
    write_stacks(directory, primary, secondary)
    stacks = check_stack_files(directory).stacks
    plan = failover.plan(stacks[0], stacks[1], PlanKind.FAILOVER, Mode.UNPLANNED)
    return loss_stages(stacks, plan)


def drawn(stages: list[Frame]) -> list[tuple[str, list[LinkState]]]:
    """Return the title of each frame and the states of its connections."""
    start = stages[0].pair
    return [
        (
            frame.title,
            [
                link_state(now, before, circuit.key)
                for now, before in zip(frame.pair, start, strict=True)
                for circuit in now.region.circuits
            ],
        )
        for frame in stages
    ]


def test_a_lost_source_is_silent_then_fenced_or_unfenced(tmp_path: Path) -> None:
    """It is disconnected once it is back."""
    found = frames(tmp_path)

    assert drawn(found) == [
        ("eastasia is live", [LIVE, STANDBY]),
        ("probe whether primary (eastasia) answers", [SILENT, STANDBY]),
        ("disconnect primary (eastasia), if need be without its region", [FENCED, STANDBY]),
        ("connect secondary (southeastasia) to on-premises", [FENCED, LIVE]),
        ("alternative: no fence works, eastasia is UNFENCED", [UNFENCED, LIVE]),
        ("disconnect primary (eastasia) once it is back", [FENCED, LIVE]),
    ]
    assert [frame.pair[0].summary for frame in found[1:5]] == [
        "primary (eastasia): does not answer, may advertise 3 prefixes",
        "primary (eastasia): fenced externally, advertises nothing",
        "primary (eastasia): fenced externally, advertises nothing",
        "primary (eastasia): UNFENCED, may advertise 3 prefixes",
    ]
    assert [frame.command for frame in found[4:]] == [
        "sparehub failover --unplanned --accept-unfenced REASON",
        "sparehub finish-fence",
    ]


def test_without_an_address_conflict_no_region_is_unfenced(tmp_path: Path) -> None:
    """On-premises prefers one region, so the target is connected before the source is probed."""

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


def test_the_gateway_of_a_lost_region_exists_until_it_is_back(tmp_path: Path) -> None:
    """At depth network a standby region has none; an externally fenced region has one."""

    def network(values: dict[str, Any]) -> None:
        values["sparehub:region"]["standby"] = {"depth": "network"}

    found = frames(tmp_path, network)

    gateways = [frame.pair[0].region.gateway is not None for frame in found]
    assert gateways == [True, True, True, True, True, True, False]
