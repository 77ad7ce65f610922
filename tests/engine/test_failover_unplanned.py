"""The command dies by signal 9 in an unplanned failover, and in its end, on the real engine."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.stacks.stack_files import stack_file
from tests.engine.operator import EVERYTHING, Operator, copied, die, hold, kill_under, resume

UNFENCED = 7
PROBE, FENCE, ACTIVATE = "probe-primary", "fence-primary", "activate-secondary"
DELETES = "write:region/connection/hong-kong/connection"
CREATES = "write:region/connection/singapore/connection"


@dataclass(frozen=True)
class Lost:
    """What does not answer, and what that makes of the failover."""

    faults: tuple[FaultRequest, ...] = ()
    reason: tuple[str, ...] = ()
    """How that it is unfenced is accepted."""
    open_item: bool = True
    code: int = 0
    inside: bool = False
    """Whether the record of the circuit lies in the region, and is lost with it."""


NOTHING = Lost(open_item=False)
REGION = Lost((FaultRequest("region-down", region="eastasia"),))
CIRCUIT_TOO = Lost(REGION.faults, ("--accept-unfenced", "burnt down"), code=UNFENCED, inside=True)
RUNS = {
    "answers": (
        NOTHING,
        (
            f"after:intent:{PROBE}",
            f"before:outcome:{PROBE}",
            f"after:intent:{FENCE}",
            DELETES,
            f"before:outcome:{FENCE}",
            f"after:intent:{ACTIVATE}",
            CREATES,
            f"before:outcome:{ACTIVATE}",
        ),
    ),
    "fenced at the circuit": (
        REGION,
        (
            "before:PUT:",
            "after:PUT:",
            "after:debt:",
            f"before:outcome:{FENCE}",
            CREATES,
            "before:finished:",
        ),
    ),
    "unfenced": (
        CIRCUIT_TOO,
        ("before:debt:", "after:debt:", CREATES),
    ),
}
SAMPLE = {"fenced at the circuit": (REGION, ("after:PUT:",))}
ENDS = {
    "fenced at the circuit": (
        REGION,
        (DELETES, "before:PUT:", "after:PUT:", "before:cleared:"),
    ),
    "unfenced": (CIRCUIT_TOO, (DELETES, "before:cleared:")),
}


@pytest.fixture
def homes(pair: Path, pair_inside: Path) -> dict[bool, Path]:
    """Return the homes of pairs by whether the records of their circuits lie inside them."""
    return {False: pair, True: pair_inside}


def lose(operator: Operator, lost: Lost) -> tuple[str, ...]:
    """Order the faults; return the failover that answers them."""
    for fault in lost.faults:
        control.add_fault(operator.engine.store, fault)
    return operator.confirmed("failover", "--unplanned", *lost.reason)


def finish(operator: Operator) -> None:
    """Finish the fence once the region is back."""
    control.clear_faults(operator.engine.store)
    done = operator.sparehub("finish-fence", "--yes")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("lost", "point"),
    [
        pytest.param(lost, point, id=f"{name}-{point}")
        for name, (lost, points) in (RUNS if EVERYTHING else SAMPLE).items()
        for point in points
    ],
)
@pytest.mark.long
def test_an_unplanned_failover_is_resumed(
    homes: dict[bool, Path], tmp_path: Path, lost: Lost, point: str
) -> None:
    """It ends live in one region, or with the accepted open item, which is then finished."""
    operator = Operator(copied(homes[lost.inside], tmp_path / "home"))
    die(operator, point, *lose(operator, lost))
    standing = resume(operator, lost.code)
    assert (len(standing["debts"]), standing["operation"]) == (lost.open_item, None)
    if lost.open_item:
        finish(operator)
    hold(operator, "secondary", two_live=bool(lost.code))


def test_what_a_failover_breaks_refuses_no_unplanned_one(pair: Path, tmp_path: Path) -> None:
    """A planned one is refused, exit code 3, and nothing done; with the region lost it goes on."""
    operator = Operator(copied(pair, tmp_path / "home"))
    intent = {"isolate": ["secondary/*", "on-premises"], "states": ["failed-over"]}
    file, yaml = stack_file(operator.project, "primary"), YAML()
    content = yaml.load(file)
    content["config"]["sparehub:region"]["intents"] = [intent]
    yaml.dump(content, file)
    before = operator.engine.rehearsal.log()

    refused = operator.sparehub(*operator.confirmed("failover"))
    assert (refused.returncode, operator.engine.rehearsal.log()) == (3, before), refused.stderr
    assert "--accept-unproven REASON" in " ".join(refused.stderr.split())

    done = operator.sparehub(*lose(operator, REGION))
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert "warning: after this failover 6 things would not hold that hold now" in said
    finish(operator)
    hold(operator, "secondary")


UNDER = {
    "deleting": (NOTHING, "hong-kong"),
    "creating": (REGION, "singapore"),
}


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("what", ["pulumi", "sparehub.simulator.provider.plugin"])
@pytest.mark.parametrize("when", UNDER)
def test_an_unplanned_failover_outlives_pulumi_and_the_provider(
    pair: Path, tmp_path: Path, when: str, what: str
) -> None:
    """In the middle of a deletion and of a creation (2)."""
    lost, connection = UNDER[when]
    operator = Operator(copied(pair, tmp_path / "home"))
    kill_under(operator, what, connection, *lose(operator, lost))
    if lost.open_item:
        finish(operator)
    hold(operator, "secondary")


@pytest.fixture(scope="session")
def with_open_items(
    pair: Path, pair_inside: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Return homes that failed over without their primary, which is back."""
    homes = {}
    for name, (lost, _) in ENDS.items():
        homes[name] = tmp_path_factory.mktemp("with_open_items") / "home"
        operator = Operator(copied(pair_inside if lost.inside else pair, homes[name]))
        assert operator.sparehub(*lose(operator, lost)).returncode == lost.code
        control.clear_faults(operator.engine.store)
    return homes


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize(
    ("name", "point"), [(name, point) for name, (_, points) in ENDS.items() for point in points]
)
def test_a_finish_fence_is_begun_again(
    with_open_items: dict[str, Path], tmp_path: Path, name: str, point: str
) -> None:
    """What it did already is found; nothing stays open, and no fence is left."""
    operator = Operator(copied(with_open_items[name], tmp_path / "home"))
    die(operator, point, "finish-fence", "--yes")
    finish(operator)
    hold(operator, "secondary", two_live=bool(ENDS[name][0].code))
