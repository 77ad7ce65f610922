"""`sparehub check --live`: everything that a planned operation would be refused for, at once."""

import json
import re
from typing import Any

import pytest

from sparehub.cli.check_live import check_live
from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.preflight.questions import QUESTIONS
from sparehub.output import Output
from sparehub.stacks.stack_file_edit import GENERATION, set_values
from sparehub.topology.errors import ConfigurationError, PreflightError
from sparehub.topology.planning.operations import PEERING, ResourceOperation, Verb
from sparehub.topology.planning.plan import PlanKind, StackChange
from tests.failover.memory_backend.hooks import Hooks, Previews
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, halted
from tests.failover.preflight.test_questions import NOT_READ, READ, SINGAPORE, answering
from tests.failover.test_status import fenced, gone_in_azure

FAILOVER = PlanKind.FAILOVER
USUAL = ["the NVA forwards", "the last drill is recent"]
"""What is said of the shipped pair: no machine stands behind the next hop, and nobody drilled."""


def checked(
    world: World, capsys: pytest.CaptureFixture[str], *names: str
) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = check_live(world.directory, names, Output(as_json=True))
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


def errors(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (each["question"], each["stack"])
        for each in found["findings"]
        if each["severity"] == "error"
    ]


def kept(world: World) -> dict[str, bytes]:
    """Return every file of a world: lease, journal, stack files."""
    return {str(each): each.read_bytes() for each in world.directory.rglob("*") if each.is_file()}


def test_a_pair_that_is_well_is_ready(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0; what an operation would only say is a warning; no file is touched."""
    world = start()
    before = kept(world)

    code, found = checked(world, capsys)

    assert (code, kept(world), world.writes) == (0, before, [])
    assert {key: found[key] for key in ("ready", "direction", "errors", "warnings")} == {
        "ready": True,
        "direction": "failover",
        "errors": 0,
        "warnings": 2,
    }
    assert [each["question"] for each in found["findings"]] == USUAL
    assert all(
        set(each) == {"question", "severity", "stack", "message"} for each in found["findings"]
    )


def test_the_direction_is_away_from_the_region_that_is_live(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a failover a failback would be next, and it is ready for that."""
    world = start()
    begin(world, FAILOVER)

    code, found = checked(world, capsys)

    assert (code, found["direction"], errors(found)) == (0, "failback", [])


@pytest.mark.parametrize("name", [*NOT_READ, *READ])
def test_what_refuses_a_planned_failover_is_an_error(
    start: Start, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """By the same words and under the name of its question; nothing is written."""
    wrong, said = NOT_READ[name] if name in NOT_READ else READ[name][::3]
    world = start()
    wrong(world)
    before = kept(world)
    if name == "a broken file":
        with pytest.raises(ConfigurationError, match=re.escape(said)):
            checked(world, capsys)
        return

    code, found = checked(world, capsys)

    assert (code, found["ready"], kept(world), world.writes) == (3, False, before, [])
    errors = [each for each in found["findings"] if each["severity"] == "error"]
    said = said.replace("; nothing was done", "")
    assert any(said in each["message"] for each in errors), found
    asked = [*QUESTIONS, "files are what is deployed", "files and Azure are what is recorded"]
    asked += ["Azure is what is recorded", "deployments write what the plan says"]
    assert {each["question"] for each in errors} <= set(asked)


def test_everything_is_reported_at_once(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """Not only the first; a stack that is named leaves out the other one's."""
    world = start()
    READ["a lock on the region that takes over"][0](world)
    NOT_READ["a private peering that is silent"][0](world)
    gone_in_azure(world, "primary")

    _, found = checked(world, capsys)
    assert errors(found)[:3] == [
        ("Azure, stacks and journal agree", "primary"),
        ("nothing forbids the writes", "secondary"),
        ("circuits can carry a connection", "secondary"),
    ]
    _, found = checked(world, capsys, "primary")
    assert {stack for _, stack in errors(found)} <= {"primary", ""}


def test_what_was_changed_by_hand_shows(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """In Azure, where only a fresh reading shows it; with the command that says more."""
    world = start()

    def drifted(changes: tuple[StackChange, ...], assumed: Assumed, found: Previews) -> Previews:
        changed = ResourceOperation(
            Verb.UPDATE, PEERING, "region/spoke/spoke1/peering/spoke-to-hub"
        )
        return [
            each | {changed} if change.stack in assumed.drift else each
            for change, each in zip(changes, found, strict=True)
        ]

    world.hooks = Hooks(previews=drifted)

    code, found = checked(world, capsys, "primary")

    assert (code, errors(found)[0]) == (3, ("Azure is what is recorded", "primary"))
    (message,) = (e["message"] for e in found["findings"] if e["question"].startswith("Azure is"))
    assert message == (
        "a deployment would update region/spoke/spoke1/peering/spoke-to-hub: `pulumi preview "
        "--diff --refresh --stack primary`"
    )


def test_what_is_under_way_or_open_is_an_error(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failover that halted; a region that is still to be disconnected; an older checkout."""
    world = start()
    halted(world)
    question = "no operation and no item is open"
    code, found = checked(world, capsys)
    assert (code, errors(found)[0]) == (3, (question, "secondary"))

    world = start()
    fenced(world)
    world.lost.clear()
    code, found = checked(world, capsys)
    assert (code, found["direction"]) == (3, "failover")
    assert (question, "primary") in errors(found)

    world = start()
    begin(world, FAILOVER)
    for stack in ("primary", "secondary"):
        set_values(world.directory, stack, {GENERATION: None})
    code, found = checked(world, capsys)
    assert (code, errors(found)[0]) == (3, ("files are of the recorded switch", ""))


def test_a_person_gets_lines(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """What was found on standard output, what is being asked on standard error."""
    world = start()
    answering(world, SINGAPORE, lambda given: given)

    assert check_live(world.directory, (), Output()) == 0

    captured = capsys.readouterr()
    first, *_, last = captured.out.splitlines()
    assert first.startswith("a planned failover from primary to secondary, plan ")
    assert last == "ready: 0 errors, 2 warnings"
    assert "warning no drill was ever recorded" in captured.out
    assert "gateways are well ..." in captured.err


def test_a_journal_that_is_damaged_is_one_message(start: Start) -> None:
    """As every other command says it."""
    world = start()
    begin(world, FAILOVER)
    for journal in world.directory.rglob("journal.jsonl"):
        journal.write_text("{}\n" + journal.read_text())

    with pytest.raises(PreflightError):
        check_live(world.directory, (), Output())
