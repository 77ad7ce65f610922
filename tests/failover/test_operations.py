"""What a failover refuses, and with which exit code: nothing is done then."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from sparehub.drill import networks
from sparehub.failover import finish_fence, operations
from sparehub.failover.journal import journal
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.lease import Lease, LeaseError
from sparehub.failover.journal.lease_holder import Holder
from sparehub.failover.plans import read_plan, show_plan
from sparehub.failover.status import status
from sparehub.output import Output
from sparehub.stacks.stack_file_edit import ACTIVATION, set_values
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.errors import (
    ConfigurationError,
    ExitCode,
    HalfwayError,
    InterlockError,
    PreflightError,
    SparehubError,
    UnreachableError,
)
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import recorded_inside
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.resources import activation_in_file
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, change_regions, halted, resume

FAILOVER, FAILBACK = PlanKind.FAILOVER, PlanKind.FAILBACK


def by_hand(world: World, stack: str, activation: str) -> str:
    """Turn a switch and deploy, as a person would."""
    set_values(world.directory, stack, {ACTIVATION: activation})
    world.build()
    return stack


def rename_spoke(world: World, stack: str) -> str:
    """Change a stack file without deploying it."""
    file = world.directory / f"Pulumi.{stack}.yaml"
    file.write_text(file.read_text().replace("spoke2:", "spoke3:"))
    return stack


def rewrite(world: World, old: str, new: str) -> None:
    """Write a part of the secondary's file in another way, that Pulumi takes as well."""
    file = world.directory / "Pulumi.secondary.yaml"
    file.write_text(file.read_text().replace(old, new))


def route_of_one_region(world: World) -> None:
    """Give the secondary a user route that the primary has not."""
    file = world.directory / "Pulumi.secondary.yaml"
    route = "    routes: {spokes: [{addressPrefix: 10.9.0.0/24, nextHopType: None}]}\n"
    file.write_text(file.read_text().replace("    onPremises:\n", route + "    onPremises:\n"))


def advertise_too_much(world: World) -> None:
    """Give spoke1 so many prefixes that 1,001 are advertised, with the hub's and spoke2's."""
    prefixes = ", ".join(f"10.{64 + n // 256}.{n % 256}.0/24" for n in range(998))
    for stack in ("primary", "secondary"):
        file = world.directory / f"Pulumi.{stack}.yaml"
        one, many = "[10.1.0.0/24]", f"[10.1.0.0/24, {prefixes}]"
        file.write_text(file.read_text().replace(one, many))
    world.build()


WRONG: dict[str, tuple[Callable[[World], object], type[SparehubError], int, str]] = {
    "switched by hand already": (
        lambda world: [
            by_hand(world, *each) for each in (("primary", "standby"), ("secondary", "active"))
        ],
        PreflightError,
        3,
        "'primary' is not active, 'secondary' is",
    ),
    "none active": (
        lambda world: by_hand(world, "primary", "standby"),
        PreflightError,
        3,
        "no stack is: there is nothing to failover from",
    ),
    "both active": (
        lambda world: by_hand(world, "secondary", "active"),
        InterlockError,
        4,
        "both stacks say that they are active",
    ),
    "a file that was not deployed": (
        lambda world: set_values(world.directory, "secondary", {ACTIVATION: "active"}),
        PreflightError,
        3,
        "the file of stack 'secondary' says 'active', and 'standby' is deployed",
    ),
    "never deployed": (
        lambda world: world.state["secondary"]["resources"].clear(),
        PreflightError,
        3,
        "stack 'secondary' was never deployed",
    ),
    "a broken file": (
        lambda world: (world.directory / "Pulumi.secondary.yaml").write_text("config: [\n"),
        ConfigurationError,
        3,
        "is not YAML",
    ),
    "a file that cannot be edited": (
        lambda world: rewrite(
            world, "config:\n", "config:\n  ? sparehub:overrideInterlock\n  : x\n"
        ),
        PreflightError,
        3,
        r"cannot be edited; nothing was done:\n  Pulumi.secondary.yaml, line 4: sparehub:overr",
    ),
    "the source lost": (
        lambda world: world.lost.add("primary"),
        UnreachableError,
        6,
        "for a region that is lost: --unplanned",
    ),
    "the target lost": (
        lambda world: world.lost.add("secondary"),
        UnreachableError,
        6,
        r"secondary \(southeastasia\) does not answer; nothing was changed",
    ),
    "a circuit's private peering disabled": (
        lambda world: world.disabled.update(
            each["id"] for name, each in world.cloud["secondary"].items() if "circuit" in name
        ),
        PreflightError,
        3,
        "its private peering is 'Disabled', not 'Enabled'",
    ),
    "interrupted before": (
        lambda world: world.state["secondary"]["pending_operations"].append(
            {"type": "updating", "resource": {"urn": "a::b::c", "type": "t"}}
        ),
        PreflightError,
        3,
        "'secondary' was interrupted while it wrote c: `sparehub resume` reconciles that",
    ),
    "changed and not deployed": (
        lambda world: [rename_spoke(world, stack) for stack in ("primary", "secondary")],
        PreflightError,
        3,
        "would also create region/spoke/spoke3/network",
    ),
    "regions that differ as they must not": (
        route_of_one_region,
        PreflightError,
        3,
        r"must not \(1 wrong\); .*\n  region.*10.9.0.0/24: - in primary, None in secondary",
    ),
    "more prefixes than a connection carries": (
        advertise_too_much,
        PreflightError,
        3,
        "primary region.spokes: 1001 prefixes with the hub's; above 1000",
    ),
    "files that do not belong together": (
        lambda world: rename_spoke(world, "secondary"),
        PreflightError,
        3,
        "the stack files are wrong; nothing was done:\n  secondary region.spokes.spoke2: missing",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_refused_before_anything_is_done(start: Start, name: str) -> None:
    """One message, one exit code, no write, no operation left open."""
    wrong, error, code, message = WRONG[name]
    world = start()
    wrong(world)
    files = sorted((each, each.read_text()) for each in world.directory.glob("Pulumi.*.yaml"))

    with pytest.raises(error, match=message) as caught:
        begin(world, FAILOVER)

    assert caught.value.exit_code == code
    assert world.writes == []
    assert files == [(each, each.read_text()) for each, _ in files]
    assert not list(world.directory.rglob("journal.jsonl"))


def test_nobody_is_locked_out_by_a_difference(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the region that is left may be lost, or a failover halted, it is said and no more."""
    said = "warning: the two regions differ where they must not (1 wrong)"
    world = start()
    route_of_one_region(world)
    assert begin(world, FAILOVER, Mode.UNPLANNED) == 0
    assert said in capsys.readouterr().err

    world = start()
    halted(world)
    world.lost.clear()
    route_of_one_region(world)
    assert said not in capsys.readouterr().err
    assert begin(world, FAILBACK) == 0
    assert said in capsys.readouterr().err


def request(plan: str, *, yes: bool = True) -> operations.OperationRequest:
    return operations.OperationRequest(kind=FAILOVER, plan=plan, yes=yes)


def test_only_the_plan_of_these_files_is_carried_out(start: Start, tmp_path: Path) -> None:
    """Another id, a plan that was edited, a file that is none, no id, no terminal."""
    world, file = start(), tmp_path / "plan.json"
    show_plan(read_plan(world.directory, FAILOVER, Mode.PLANNED), file, Output(as_json=True))
    edited = json.loads(file.read_text())
    edited["steps"][0]["title"] = "something else"
    for text, given, message in (
        ("", "0123456789abcdef", "plan 0123456789abcdef is not the plan of these stack files"),
        (json.dumps(edited), str(file), "was edited"),
        ("nonsense", str(file), "is not a plan that `sparehub plan --out` wrote"),
        ("[1]", str(file), "is not a plan that `sparehub plan --out` wrote"),
    ):
        if text:
            file.write_text(text)
        with pytest.raises(PreflightError, match=message):
            operations.begin(world.directory, request(given), Output())
    whole = read_plan(world.directory, FAILOVER, Mode.PLANNED).id
    for no_id in (json.dumps(edited), "nonsense", whole[:15], whole + "0", "g" * 16):
        with pytest.raises(typer.BadParameter, match="at least its first 16, or the name of a fil"):
            operations.begin(world.directory, request(no_id), Output())
    with pytest.raises(typer.BadParameter, match="--yes needs --plan ID"):
        operations.begin(world.directory, request(""), Output())
    with pytest.raises(typer.BadParameter, match="there is no terminal"):
        operations.begin(world.directory, request("", yes=False), Output())
    assert world.writes == []

    show_plan(read_plan(world.directory, FAILOVER, Mode.PLANNED), file, Output(as_json=True))
    assert operations.begin(world.directory, request(str(file)), Output()) == 0


def test_the_first_sixteen_digits_of_an_id_confirm_a_plan(start: Start) -> None:
    """The journal, and `status`, keep the whole id."""
    world = start()
    plan = read_plan(world.directory, FAILOVER, Mode.PLANNED)
    assert operations.begin(world.directory, request(plan.short.upper()), Output()) == 0

    (begun,) = (each for each in journal_of(world) if each["event"] == "begin")
    assert (len(plan.short), len(plan.id)) == (16, 64)
    assert begun["data"]["plan"] == plan.id


def journal_of(world: World) -> list[dict[str, Any]]:
    """Return the records of the journal at home."""
    file = world.directory / "home" / "journal" / "journal.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize("reason", ["it\x07rang", "two\nlines", "\x85", "\ud800"])
def test_a_reason_that_no_file_can_hold_is_refused(start: Start, reason: str) -> None:
    """At the beginning and on the way; what other letters there are may be used."""
    world = start()
    with pytest.raises(typer.BadParameter, match="without control characters"):
        begin(world, FAILOVER, Mode.UNPLANNED, reason)
    with pytest.raises(typer.BadParameter, match="without control characters"):
        operations.resume(world.directory, Output(), yes=True, accepted=Accepted(reason=reason))
    assert world.writes == []

    change_regions(world, recorded_inside)
    world.lost.add("primary")
    code = begin(world, FAILOVER, Mode.UNPLANNED, 'gone: "香港" # \\ é')
    assert code == ExitCode.OPEN_ITEMS


def test_an_override_over_several_lines_is_replaced_whole(start: Start) -> None:
    """As Pulumi writes a long one: an unplanned failover broke the file, and connected nothing."""
    world = start()
    folded = "sparehub:overrideInterlock: East Asia is lost,\n    and ticket 42 says so # really\n"
    rewrite(world, "config:\n", f"config:\n  {folded}")
    change_regions(world, recorded_inside)
    world.lost.add("primary")

    assert begin(world, FAILOVER, Mode.UNPLANNED, "gone") == ExitCode.OPEN_ITEMS
    config = read_stack(world.directory, "secondary").config
    assert (config.activation, config.override_interlock) == (
        "active",
        "primary is lost: gone (sparehub finish-fence ends this)",
    )
    assert world.advertised("secondary")


def test_a_script_gets_the_status_where_nothing_was_to_be_done(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """One document on standard output, the one of `status`."""
    world, output = start(), Output(as_json=True)
    status(world.directory, output)
    standing = json.loads(capsys.readouterr().out)
    for act in (
        lambda: operations.resume(world.directory, output, yes=True, accepted=NOTHING),
        lambda: operations.commit(world.directory, output),
        lambda: finish_fence.finish_fence(world.directory, output, yes=True),
    ):
        assert act() == 0
        assert json.loads(capsys.readouterr().out) == standing


def test_what_was_made_and_never_heard_of_is_taken_in(start: Start) -> None:
    """All answers were lost: no state knows of it, not even as pending; it is not made twice."""
    world = start()
    world.loses_next_answer = True

    assert begin(world, FAILOVER) == 0
    assert world.writes.count("create region/connection/singapore/connection") == 1
    known = [each.get("name") for each in world.state["secondary"]["resources"]]
    assert "region/connection/singapore/connection" in known


def test_a_halted_failover_is_resumed_or_answered_by_a_failback(start: Start) -> None:
    """Not begun again; resumed once the region answers, or given up for the way back."""
    for answer in ("resume", "failback"):
        world = start()
        halted(world)
        with pytest.raises(HalfwayError, match="is under way"):
            begin(world, FAILOVER)
        world.lost.clear()
        if answer == "resume":
            assert resume(world) == 0
        else:
            assert begin(world, FAILBACK) == 0
        live, other = ("secondary", "primary") if answer == "resume" else ("primary", "secondary")
        assert len(world.advertised(live)) == 3
        assert world.advertised(other) == set()
        assert activation_in_file(world.directory, live) == "active"
        assert activation_in_file(world.directory, other) == "standby"
        assert world.conflicts == []


def test_resume_says_which_azure_it_writes(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before its first step."""
    world = start()
    halted(world)
    world.lost.clear()
    capsys.readouterr()

    assert resume(world) == 0
    assert capsys.readouterr().err.splitlines()[1:3] == [
        "a world in memory",
        (
            "activate-secondary: connect secondary (southeastasia) to on-premises "
            "(Azure takes about 181 s)"
        ),
    ]


def test_a_region_that_dies_while_it_is_disconnected_is_fenced_from_outside(start: Start) -> None:
    """It answered the probe and not the deployment; where no fence holds, a reason is asked for."""
    for inside in (False, True):
        world = start()
        if inside:
            change_regions(world, recorded_inside)

        def lose(world: World = world) -> None:
            if not world.writes:
                world.lost.add("primary")

        world.hooks = Hooks(before_deployment=lose)
        if not inside:
            assert begin(world, FAILOVER, Mode.UNPLANNED) == 0
            assert world.conflicts == []
            continue
        with pytest.raises(HalfwayError, match="resume --accept-unfenced REASON"):
            begin(world, FAILOVER, Mode.UNPLANNED)
        again = operations.resume(
            world.directory, Output(), yes=True, accepted=Accepted(reason="it burnt down")
        )
        assert again == ExitCode.OPEN_ITEMS
        assert len(world.advertised("secondary")) == 3


def test_a_planned_failover_becomes_unplanned_where_its_source_dies(start: Start) -> None:
    """`resume` would wait for the source for ever; what could not be fenced leaves it as it was."""

    def apart(region: dict[str, Any]) -> None:
        if connection := region["expressRoute"]["connections"].get("hong-kong"):
            connection["circuit"]["location"] = "koreacentral"

    world = start()
    change_regions(world, apart)

    def lose() -> None:
        world.lost.update([] if world.writes else ["primary"])

    world.hooks = Hooks(before_deployment=lose)
    with pytest.raises(HalfwayError, match="stopped in fence-primary"):
        begin(world, FAILOVER)
    for again in (resume, lambda world: begin(world, FAILOVER)):
        with pytest.raises(SparehubError):
            again(world)
    world.silent_locations.add("koreacentral")
    with pytest.raises(UnreachableError, match="nothing was changed"):
        begin(world, FAILOVER, Mode.UNPLANNED)
    with pytest.raises(HalfwayError, match="lost meanwhile: `failover --unplanned`"):
        begin(world, FAILOVER)
    world.silent_locations.clear()

    assert begin(world, FAILOVER, Mode.UNPLANNED) == 0
    assert len(world.advertised("secondary")) == 3
    assert world.conflicts == []
    with pytest.raises(InterlockError, match="still to be disconnected"):
        begin(world, FAILBACK)


def test_resume_refuses_other_files_than_it_began_with(start: Start) -> None:
    """The plan that was confirmed is not what they lead to any more."""
    world = start()
    halted(world)
    file = world.directory / "Pulumi.secondary.yaml"
    file.write_text(file.read_text().replace("10.2.0.0/24", "10.3.0.0/24"))

    with pytest.raises(PreflightError, match="are not those with which the failover began"):
        resume(world)


def lease_elsewhere(world: World) -> None:
    """Let somebody on another host be at work."""
    places = (world.directory / "home" / "journal", world.directory / "state/.sparehub/sparehub")
    other = Holder(host="another-host", process=1, started="", user="somebody")
    for place in places:
        (place / "lease.json").unlink(missing_ok=True)
    Lease.take(places, lambda _text: None, epoch=1, holder=other)


EVERY_WRITER: dict[str, Callable[[World], object]] = {
    "failover": lambda world: begin(world, FAILOVER),
    "failback": lambda world: begin(world, FAILBACK),
    "resume": resume,
    "commit": lambda world: operations.commit(world.directory, Output()),
    "finish-fence": lambda world: finish_fence.finish_fence(world.directory, Output(), yes=True),
    "drill start": lambda world: networks.start(
        world.directory,
        Output(),
        plan=read_plan(world.directory, PlanKind.DRILL, Mode.PLANNED).id,
        yes=True,
    ),
}


@pytest.mark.parametrize("name", EVERY_WRITER)
def test_somebody_else_at_work_is_not_disturbed(start: Start, name: str) -> None:
    """The second of two operators is refused, for every command, and however far the first is."""
    for far in (lambda _world: None, halted):
        world = start()
        far(world)
        lease_elsewhere(world)
        before = list(world.writes)

        with pytest.raises(LeaseError, match="somebody on another-host") as caught:
            EVERY_WRITER[name](world)
        assert caught.value.exit_code == 4
        assert world.writes == before


def test_where_a_lease_reaches_no_other_host_that_is_said(
    start: Start, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cloud's backend; a directory that several hosts see is notes nothing of."""
    world, note = start(), "holds no lease: only this host's runs are excluded"
    operations.commit(world.directory, Output())
    assert note not in capsys.readouterr().err
    monkeypatch.setenv("XDG_STATE_HOME", str(world.directory / "xdg"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", "postgres://u:secret@host")
    operations.commit(world.directory, Output())
    said = " ".join(capsys.readouterr().err.split())
    assert f"postgres: {note}" in said
    assert "secret" not in said


def test_nobody_else_works_while_somebody_is_asked(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person confirms is still so when the answer comes."""
    world = start()
    halted(world)
    world.lost.clear()
    asked: list[str] = []

    def answer(question: str) -> None:
        asked.append(question)
        terms = json.loads((world.directory / "home/journal/lease.json").read_text())
        assert terms["holder"]["process"] == os.getpid()
        assert not terms["released"]

    monkeypatch.setattr(operations, "ask", answer)
    operations.resume(world.directory, Output(), yes=False, accepted=NOTHING)
    assert asked == ["go on with the failover to secondary?"]


def test_a_late_writer_does_nothing_more(start: Start) -> None:
    """It slept between its steps, and somebody on another host took over."""
    world = start()

    def take_over() -> None:
        for place in (
            world.directory / "home/journal",
            world.directory / "state/.sparehub/sparehub",
        ):
            terms = json.loads((place / "lease.json").read_text())
            terms["epoch"] += 1
            (place / "lease.json").write_text(json.dumps(terms))

    world.hooks = Hooks(after_deployment=take_over)
    with pytest.raises(LeaseError, match="has taken over"):
        begin(world, FAILOVER)
    assert world.writes == ["delete region/connection/hong-kong/connection"]


def test_a_full_disk_stops_before_anything_more_is_done(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written down is not done; with room again it goes on."""
    world = start()
    with monkeypatch.context() as full:

        def no_room(file: Path, line: bytes) -> None:
            if world.writes:
                raise OSError(28, "No space left on device")
            write(file, line)

        write = journal.write_line
        full.setattr(journal, "write_line", no_room)
        with pytest.raises(HalfwayError, match="the journal can be written nowhere"):
            begin(world, FAILOVER)
    assert world.writes == ["delete region/connection/hong-kong/connection"]

    assert resume(world) == 0
    assert world.writes[1:] == ["create region/connection/singapore/connection"]


def test_one_commit_and_no_more(start: Start) -> None:
    """The next operation commits the one before; a commit of nothing writes nothing."""
    world = start()
    begin(world, FAILOVER)
    begin(world, FAILBACK)
    assert operations.commit(world.directory, Output()) == 0
    (file,) = (world.directory / "home").rglob("journal.jsonl")
    written = file.read_bytes()
    assert written.count(b'"committed"') == 2
    operations.commit(world.directory, Output())
    assert file.read_bytes() == written


def test_status_shows_the_state_of_the_pair(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the words and under the keys that scripts rely on."""
    world = start()
    halted(world)
    capsys.readouterr()
    plan = read_plan(world.directory, FAILOVER, Mode.PLANNED)
    status(world.directory, Output(as_json=True))
    said = json.loads(capsys.readouterr().out)

    assert (
        said.pop("operation").items()
        >= {
            "kind": "failover",
            "source": plan.source,
            "target": plan.target,
            "done": ["fence-primary"],
            "step": "activate-secondary",
            "state": "HALTED(activate-secondary)",
        }.items()
    )
    assert said == {
        "active": [],
        "live": [],
        "debts": [],
        "problems": [],
        "runbooks": [],
        "sourceMachines": [],
        "state": "HALTED(activate-secondary)",
        "drill": {"standing": [], "last": None},
        "vault": None,
        "machines": [],
        "machinesProblem": None,
        "objectives": [],
        "measured": {"failover": None, "drill": None},
    }
