"""Authorizations on a circuit of another team: announced, issued once, and deleted when used up."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import SecretStr

from sparehub.azure.answers import Answer
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.failover import operations
from sparehub.failover.journal.journal_state import Issued, JournalState
from sparehub.failover.plans import read_plan
from sparehub.output import Output
from sparehub.topology.errors import HalfwayError, PreflightError, UnreachableError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.lent_circuit import AUTHORIZATIONS, LENT, NAME, THEIRS, LendingWorld
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, resume, worlds_in

FAILOVER, FAILBACK = PlanKind.FAILOVER, PlanKind.FAILBACK

EACH = 1 if os.environ.get("SPAREHUB_FAULTS") == "all" else 9


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Return a maker of worlds with a circuit that was lent to both regions."""
    return worlds_in(tmp_path, monkeypatch, LendingWorld)


def lending(start: Start, *, over: bool = True) -> LendingWorld:
    """Return a world; where ``over``, it failed over, so the primary's key is used up."""
    world = start()
    assert isinstance(world, LendingWorld)
    if over:
        assert begin(world, FAILOVER) == 0
        world.writes.clear()
    return world


def records(world: World) -> list[dict[str, Any]]:
    file = world.directory / "home" / "journal" / "journal.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_a_failback_says_before_it_is_confirmed_what_it_writes_where_and_as_whom(
    start: Start, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a circuit in another team's subscription; nothing is written where the answer is no."""
    world = lending(start)
    capsys.readouterr()

    def refuse(_location: str) -> None:
        raise PreflightError("no")

    monkeypatch.setattr(operations, "ask_for", refuse)
    monkeypatch.setattr(operations, "refuse_unconfirmed", lambda *_: None)
    with pytest.raises(PreflightError, match="no"):
        operations.begin(world.directory, operations.OperationRequest(kind=FAILBACK), Output())

    text = said(capsys)
    assert (
        "primary: the authorization key of shared is used up: the connection that it created was "
        f"deleted. A new authorization will be written on {LENT}, in subscription {THEIRS}, which "
        f"is not this stack's ({LOCAL_SUBSCRIPTION}), as someone; `--authorization-key shared=-`"
    ) in text
    assert text.index("will be written") < text.index("renew-authorization-shared")
    assert world.writes == []


def test_a_key_that_is_good_is_kept(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """The first failover: the secondary's was never used, which is said, and nothing is issued."""
    world = lending(start, over=False)
    assert begin(world, FAILOVER) == 0

    assert f"so nothing is written on {LENT}" in said(capsys)
    assert world.writes == [f"delete {NAME}", f"create {NAME}"]
    assert [each for each in records(world) if each["event"] == "authorization"] == []


def test_what_is_issued_is_recorded_before_and_after(start: Start) -> None:
    """Issued before the secondary is disconnected; the journal knows it from before the write."""
    world = lending(start)
    assert begin(world, FAILBACK) == 0

    (known,) = (each for each in records(world) if each["event"] == "authorization")
    path = f"{AUTHORIZATIONS}/sparehub-{known['operation']}-shared"
    name = path.removeprefix(f"{AUTHORIZATIONS}/")
    assert world.writes == [f"issue {name}", f"delete {NAME}", f"create {NAME}"]
    assert known["data"] == {"id": path, "stack": "primary", "connection": "shared"}
    *_, outcome = (
        each["data"]
        for each in records(world)
        if each["event"] == "outcome" and each["data"]["step"] == "renew-authorization-shared"
    )
    assert outcome == {"step": "renew-authorization-shared", "authorization": path}
    assert not any("key-" in json.dumps(each["data"]) for each in records(world))


def test_what_sparehub_issued_is_deleted_once_it_is_replaced(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """There and back three times: of what it issued, only what is in use is left."""
    world = lending(start, over=False)
    for _ in range(3):
        assert begin(world, FAILOVER) == 0
        assert begin(world, FAILBACK) == 0
    mine = {each for each in world.authorizations if "sparehub-" in each}

    assert len(mine) == 2  # one for each region
    assert world.issued == 5  # all but the first failover
    gone = [each["data"]["id"] for each in records(world) if each["event"].endswith("-removed")]
    assert (len(gone), mine.isdisjoint(gone)) == (3, True)
    assert {f"{AUTHORIZATIONS}/primary", f"{AUTHORIZATIONS}/secondary"} < set(world.authorizations)
    assert f"{gone[-1]}, issued before, will be deleted as someone" in said(capsys)


def test_what_cannot_be_deleted_stays_in_the_journal(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing halts for it, it is said, and the next operation deletes it."""
    world = lending(start)
    begin(world, FAILBACK)
    begin(world, FAILOVER)
    world.undeletable = True
    assert begin(world, FAILBACK) == 0
    assert "is not deleted (not yours to delete): the next operation tries again" in said(capsys)
    left = [each for each in world.authorizations if "sparehub-failback" in each]
    assert len(left) == 2

    world.undeletable = False
    begin(world, FAILOVER)
    begin(world, FAILBACK)
    assert len([each for each in world.authorizations if "sparehub-failback" in each]) == 1


def test_what_azure_does_not_show_is_never_deleted(start: Start) -> None:
    """It may be in use: deleting it would delete a live connection."""
    world = lending(start)
    begin(world, FAILBACK)

    def hide() -> None:
        world.hidden = 403

    world.hooks = Hooks(after_deployment=hide)
    before = set(world.authorizations)
    assert begin(world, FAILOVER) == 0
    assert before <= set(world.authorizations)


def test_the_authorization_in_use_is_kept_also_with_another_key_in_the_file(start: Start) -> None:
    """Somebody put another key into the file meanwhile."""
    world = lending(start)
    begin(world, FAILBACK)
    issued = [each for each in world.authorizations if "sparehub-failback" in each]
    world.keys["primary"] = "another"
    with world.injecting(Hooks(before_deployment=die)), pytest.raises(Died):
        begin(world, FAILOVER)
    begin(world, FAILBACK)
    assert set(issued) <= set(world.authorizations)


def die() -> None:
    raise Died


def points(start: Start) -> int:
    """Return how many points there are between the beginning of a failback and its end."""
    world = lending(start)
    world.points = 0
    begin(world, FAILBACK)
    return world.points


def test_dying_anywhere_issues_one_authorization_and_no_second(start: Start) -> None:
    """Points of a failback where it dies, all or a sample of them; `resume` finds what was done."""
    for fatal in range(1, points(start) + 1, EACH):
        world = lending(start)
        world.points, world.dies_at = 0, fatal
        with pytest.raises(Died):
            begin(world, FAILBACK)
        world.dies_at = -1
        if resume(world) == 0 and not world.advertised("primary"):
            begin(world, FAILBACK)  # it died before it had begun
        assert world.issued == 1, fatal
        assert len(world.advertised("primary")) == 3
        assert world.conflicts == []
        written = len(world.writes)
        resume(world)
        assert len(world.writes) == written


def test_dying_between_the_authorization_and_its_key(start: Start) -> None:
    """And given up for the way back: the next failback takes what was issued, by its record."""
    world = lending(start)
    with world.injecting(Hooks(before_secret=die)), pytest.raises(Died):
        begin(world, FAILBACK)
    assert world.issued == 1
    assert begin(world, FAILOVER) == 0  # gives the failback up: the secondary is live still
    assert begin(world, FAILBACK) == 0

    assert world.issued == 1
    issued = [record for record in records(world) if record["event"] == "authorization"]
    assert len({record["data"]["id"] for record in issued}) == 1


def test_a_lost_answer_issues_no_second_authorization(start: Start) -> None:
    """The write was done and nobody heard of it: half-way, and found by its name."""
    world = lending(start)
    lost = list[str]()

    def lose(method: str, path: str, own: Answer) -> Answer:
        if method == "PUT" and len(lost) < 4:
            lost.append(path)
            return Answer(status=504, body={})
        return own

    world.hooks = Hooks(answer=lose)
    with pytest.raises(HalfwayError, match=r"stopped in renew-authorization-shared: .*no answer"):
        begin(world, FAILBACK)
    assert len(world.advertised("secondary")) == 3
    assert resume(world) == 0
    assert world.issued == 1


def test_a_key_that_was_issued_and_is_not_shown_is_not_stored(start: Start) -> None:
    """An empty key in the file would be met only once the other region is disconnected."""
    world = lending(start)

    def without_key(method: str, path: str, own: Answer) -> Answer:
        del method
        if "/authorizations/sparehub" in path and own.accepted:
            return Answer(status=200, body={"properties": {"provisioningState": "Succeeded"}})
        return own

    with (
        world.injecting(Hooks(answer=without_key)),
        pytest.raises(HalfwayError, match="Azure does not show its key"),
    ):
        begin(world, FAILBACK)
    assert world.keys["primary"] == "first-key-of-primary"
    assert len(world.advertised("secondary")) == 3
    assert resume(world) == 0


def by_hand(world: World, kind: PlanKind, *keys: tuple[str, str], mode: Mode = Mode.PLANNED) -> int:
    request = operations.OperationRequest(
        kind=kind,
        mode=mode,
        plan=read_plan(world.directory, kind, mode).id,
        yes=True,
        authorization_keys=tuple((name, SecretStr(key)) for name, key in keys),
    )
    return operations.begin(world.directory, request, Output())


def lend_another(world: LendingWorld, key: str) -> None:
    """Let the circuit's owner issue another authorization."""
    authorization = type(next(iter(world.authorizations.values())))
    world.authorizations[f"{AUTHORIZATIONS}/by-hand"] = authorization(key)


@pytest.mark.parametrize("name", ["", "shared"])
def test_a_key_given_by_hand_avoids_the_write(
    start: Start, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Stored, and shown nowhere: neither in the journal nor in what is said."""
    world = lending(start)
    lend_another(world, "hush-hush")
    assert by_hand(world, FAILBACK, (name, "hush-hush")) == 0

    assert world.writes == [f"delete {NAME}", f"create {NAME}"]
    assert (world.issued, world.keys["primary"]) == (0, "hush-hush")
    shown = capsys.readouterr()
    assert "primary: the key given for shared is stored" in " ".join(shown.err.split())
    assert "hush" not in shown.out + shown.err + json.dumps(records(world))


def test_a_key_given_by_hand_survives_a_death(start: Start) -> None:
    """It is stored before the operation begins, so `resume` needs no second one."""
    for fatal in (4, 12, 20, 28):
        world = lending(start)
        lend_another(world, "by hand")
        world.points, world.dies_at = 0, fatal
        with pytest.raises(Died):
            by_hand(world, FAILBACK, ("", "by hand"))
        world.dies_at = -1
        resume(world)
        if not world.advertised("primary"):
            by_hand(world, FAILBACK, ("", "by hand"))
        assert world.issued == 0, fatal
        assert len(world.advertised("primary")) == 3


def test_a_wrong_key_given_by_hand_is_refused(start: Start) -> None:
    """Where Azure shows the circuit's authorizations; nothing is stored, nothing begun."""
    world = lending(start)
    with pytest.raises(PreflightError, match="the key that was given for shared is not one of the"):
        by_hand(world, FAILBACK, ("", "wrong"))
    assert world.keys["primary"] == "first-key-of-primary"
    assert world.writes == []


@pytest.mark.parametrize(
    "keys",
    [
        [("hong-kong", "hush")],
        [("hush", "")],
        [("shared", "hush"), ("shared", "hush-hush")],
        [("", "hush"), ("shared", "hush-hush")],
    ],
)
def test_a_key_for_no_connection_is_a_usage_error(
    start: Start, keys: list[tuple[str, str]]
) -> None:
    """And is not shown: what stands before `=` may be the beginning of a key."""
    world = lending(start)
    with pytest.raises(typer.BadParameter) as caught:
        by_hand(world, FAILBACK, *keys)
    assert "shared" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("mode", Mode)
def test_where_none_can_be_issued_a_key_is_asked_for(start: Start, mode: Mode) -> None:
    """Somebody else's circuit, on which this operator may read nothing."""
    world = lending(start)
    world.hidden = 403
    with pytest.raises(PreflightError, match=r"ask the circuit's owner .* --authorization-key"):
        begin(world, FAILBACK, mode)
    assert world.writes == []
    lend_another(world, "by hand")
    assert by_hand(world, FAILBACK, ("", "by hand"), mode=mode) == 0


def test_an_unplanned_operation_is_not_refused_for_what_does_not_answer(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """The circuit answers by 503 when it is looked at, and again when the key is needed."""
    world = lending(start)
    world.hidden = 503
    with pytest.raises(PreflightError, match="ask the circuit"):
        begin(world, FAILBACK)
    capsys.readouterr()

    def recover(method: str, path: str) -> None:
        del method, path
        world.hidden *= bool(world.advertised("secondary"))

    world.hooks = Hooks(request=recover)
    assert begin(world, FAILBACK, Mode.UNPLANNED) == 0
    assert "(it does not answer: not shown)" in said(capsys)


def test_where_no_fence_holds_nothing_was_issued(start: Start) -> None:
    """Withdrawn, exit 6: the circuit of the other team is as it was, and so is the file."""
    world = lending(start)
    world.lost.add("secondary")
    world.undeletable = True
    with pytest.raises(UnreachableError, match="nothing was changed"):
        begin(world, FAILBACK, Mode.UNPLANNED)
    assert (world.issued, world.keys["primary"]) == (0, "first-key-of-primary")


def test_the_journal_state_holds_what_was_issued_until_it_is_deleted(start: Start) -> None:
    """Once each, also where a run that died wrote a record twice."""
    world = lending(start)
    begin(world, FAILBACK)
    issued = [each["data"] for each in records(world) if each["event"] == "authorization"]

    assert [Issued(**each) for each in issued] == [
        Issued(id=issued[0]["id"], stack="primary", connection="shared")
    ]
    assert JournalState().issued == ()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("status", "could"),
    [
        (200, "no new authorization could be issued"),
        (503, "nobody can say whether a new authorization could be issued"),
    ],
)
def test_rights_on_the_circuit_are_said_and_refuse_no_key_that_is_good(
    start: Start, capsys: pytest.CaptureFixture[str], mode: Mode, status: int, could: str
) -> None:
    """Where the login may not issue one, or that cannot be read in the other subscription."""
    world = lending(start, over=False)

    def deny(method: str, path: str) -> Answer | None:
        del method
        subscription = path.startswith(f"/subscriptions/{THEIRS}")
        if subscription and "/providers/Microsoft.Authorization/" in path:
            rights = [{"actions": ["*/read"]}] if path.endswith("/permissions") else []
            return Answer(status=status, body={"value": rights} if status == 200 else {})
        return None

    world.hooks = Hooks(request=deny)

    assert begin(world, FAILOVER, mode) == 0

    assert f"warning: if the key of shared is used up, {could}" in said(capsys)
    assert world.issued == 0


def test_nothing_is_said_of_rights_that_are_there(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """The twin."""
    assert begin(lending(start, over=False), FAILOVER) == 0
    assert "if the key of shared" not in said(capsys)
