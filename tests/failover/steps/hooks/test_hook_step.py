"""Hooks of a failover: run, failed, confirmed, simulated, and run again after a death."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sparehub.failover import operations
from sparehub.failover.execution import executor
from sparehub.failover.journal.acceptances import NOTHING
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.lease_holder import Holder
from sparehub.failover.plans import read_plan
from sparehub.failover.steps.hooks.hook_step import run_hook
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.topology.errors import HalfwayError, PreflightError, UnknownNameError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import recorded_inside
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, change_regions, journal_state_of

UNPLANNED = Mode.UNPLANNED
BOTH = ["delete region/connection/hong-kong/connection"]
BOTH.append("create region/connection/singapore/connection")
LOG = 'echo "$SPAREHUB_KIND $SPAREHUB_MODE $SPAREHUB_SOURCE $SPAREHUB_TARGET $SPAREHUB_STEP" >>log'


def hook(name: str, text: str = LOG, **more: Any) -> dict[str, Any]:
    """Return a hook before the fence, which runs a line of the shell where it says nothing else."""
    side = {} if {"before", "after"} & set(more) else {"before": "fence-primary"}
    task = {} if {"manual", "http"} & set(more) else {"command": ["sh", "-c", text]}
    return {"name": name, **side, **task, "timeoutInSeconds": 60, **more}


def hooked(start: Start, *hooks: dict[str, Any]) -> World:
    """Return a world whose primary has hooks."""
    world = start()

    def change(region: dict[str, Any]) -> None:
        if "hong-kong" in region["expressRoute"]["connections"]:
            region["hooks"] = [*hooks]

    change_regions(world, change)
    return world


def fail_over(
    world: World,
    mode: Mode = Mode.PLANNED,
    confirmations: Mapping[str, str] | None = None,
    *,
    yes: bool = True,
    run_hooks: bool = False,
) -> int:
    plan = read_plan(world.directory, PlanKind.FAILOVER, mode)
    request = operations.OperationRequest(
        kind=plan.kind,
        mode=mode,
        plan=plan.id,
        yes=yes,
        confirmations=confirmations or {},
        run_hooks=run_hooks,
    )
    return operations.begin(world.directory, request, Output())


def resume(world: World, confirmations: Mapping[str, str] | None = None) -> int:
    return operations.resume(
        world.directory, Output(), yes=True, accepted=NOTHING, confirmations=confirmations or {}
    )


def outcomes(world: World) -> dict[str, dict[str, Any]]:
    """Return what the journal holds of the hooks that are done, by name."""
    (journal,) = world.directory.rglob("home/**/journal.jsonl")
    records = Journal([journal.parent], "sparehub", print).records
    done = {each.data.pop("step"): each.data for each in records if each.event == "outcome"}
    return {name.removeprefix("hook-"): data for name, data in done.items() if "hook-" in name}


def logged(world: World) -> list[str]:
    file = world.directory / "log"
    return file.read_text().splitlines() if file.exists() else []


def me() -> str:
    holder = Holder.this_process()
    return f"{holder.user}@{holder.host}"


def test_hooks_run_in_their_order_and_know_the_operation(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the directory of the project; what they print is on standard error."""
    world = hooked(
        start, hook("stop", f"{LOG}; echo stopped"), hook("dns", after="activate-secondary")
    )

    assert fail_over(world) == 0

    known = "failover planned primary secondary"
    assert logged(world) == [f"{known} hook-stop", f"{known} hook-dns"]
    assert outcomes(world) == {"stop": {"code": 0}, "dns": {"code": 0}}
    assert "  stop: stopped\n" in capsys.readouterr().err
    assert world.writes == BOTH


def test_a_hook_that_fails_halts_before_its_step_and_runs_again(start: Start) -> None:
    """Exit 5, with the last lines, what to do, and nothing written; `resume` goes on."""
    world = hooked(start, hook("stop", f"{LOG}; echo no room; test -e fixed"))

    with pytest.raises(HalfwayError) as caught:
        fail_over(world)
    assert caught.value.exit_code == 5
    assert str(caught.value).startswith(
        "stopped in hook-stop: hook stop: sh ended with code 1; its last lines:\n  no room\n"
        "put that right, and `sparehub resume` runs it again; or do it by hand: `sparehub resume "
        "--confirm stop=NOTE`"
    )
    assert world.writes == []
    state = journal_state_of(world)
    assert state.open is not None
    assert state.open.state == "HALTED(hook-stop)"

    (world.directory / "fixed").touch()
    assert resume(world) == 0
    assert (len(logged(world)), world.writes) == (2, BOTH)


def test_a_hook_that_takes_too_long_halts(start: Start) -> None:
    """And so does one that a signal ended."""
    world = hooked(start, hook("stop", "exec sleep 1000", timeoutInSeconds=1))
    with pytest.raises(HalfwayError, match=r"hook stop: sh took more than 1 s, and was ended"):
        fail_over(world)

    world = hooked(start, hook("stop", "kill -9 $$"))
    with pytest.raises(HalfwayError, match=r"hook stop: sh was ended by signal 9; put that right"):
        fail_over(world)


@pytest.mark.parametrize(
    ("mode", "said", "halts"),
    [
        (Mode.PLANNED, {"onFailure": "continue"}, False),
        (Mode.PLANNED, {}, True),
        (UNPLANNED, {}, False),
        (UNPLANNED, {"onFailure": "halt"}, True),
    ],
)
def test_whether_a_failure_halts(
    start: Start,
    capsys: pytest.CaptureFixture[str],
    mode: Mode,
    said: dict[str, str],
    halts: bool,  # noqa: FBT001 - a column
) -> None:
    """Where it does not, a warning says so and the journal keeps why."""
    world = hooked(start, hook("stop", "exit 3", **said), hook("ask", manual="Stopped?", **said))

    if halts:
        with pytest.raises(HalfwayError, match="hook stop: sh ended with code 3"):
            fail_over(world, mode)
        return
    assert fail_over(world, mode) == 0
    assert "code 3" in outcomes(world)["stop"]["failed"]
    assert "Nobody can be asked" in outcomes(world)["ask"]["failed"]
    assert "warning: the operation goes on without a hook: hook stop" in capsys.readouterr().err


def test_a_secret_of_the_environment_is_in_no_output(
    start: Start, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither on the terminal nor in the journal."""
    monkeypatch.setenv("ARM_CLIENT_SECRET", "hunter2x")
    world = hooked(start, hook("stop", 'echo "$ARM_CLIENT_SECRET"; exit 1'))

    with pytest.raises(HalfwayError, match=r"\n  \[secret\]\n"):
        fail_over(world)

    kept = b"".join(file.read_bytes() for file in world.directory.rglob("journal.jsonl"))
    assert b"hunter2x" not in kept
    assert "hunter2x" not in capsys.readouterr().err


def test_a_script_confirms_what_a_person_did(start: Start) -> None:
    """Without it exit 5; the note and who gave it are in the journal, also for a command."""
    world = hooked(start, hook("ask", manual="Are licences valid?"), hook("stop", "exit 1"))
    with pytest.raises(HalfwayError, match=r"Are licences valid\? Nobody can be asked: once it"):
        fail_over(world)
    with pytest.raises(HalfwayError, match="stopped in hook-stop"):
        resume(world, {"ask": "CHG-7"})

    assert resume(world, {"stop": "by hand"}) == 0

    assert outcomes(world) == {
        "ask": {"confirmed": {"who": me(), "note": "CHG-7"}},
        "stop": {"confirmed": {"who": me(), "note": "by hand"}},
    }


def test_a_confirmation_at_the_beginning_is_kept_for_a_resume(start: Start) -> None:
    """It is in the record that begins the operation."""
    world = hooked(
        start, hook("stop", "test -e fixed"), hook("ask", manual="Valid?", after="fence-primary")
    )
    with pytest.raises(HalfwayError, match="stopped in hook-stop"):
        fail_over(world, confirmations={"ask": "CHG-7"})
    (world.directory / "fixed").touch()

    assert resume(world) == 0
    assert outcomes(world)["ask"]["confirmed"]["note"] == "CHG-7"


def test_a_name_that_is_not_a_hook_is_refused_before_anything_begins(start: Start) -> None:
    """With the names that there are."""
    world = hooked(start, hook("stop"))

    with pytest.raises(UnknownNameError, match="there is no hook 'stpo'; there are: stop"):
        fail_over(world, confirmations={"stpo": "x"})

    assert not [*world.directory.rglob("journal.jsonl")]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Put a terminal in the place of standard input; return the descriptor that types."""
    typing, reading = os.openpty()
    monkeypatch.setattr(operations, "ask_for", lambda _location: None)
    with os.fdopen(reading) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield typing
    os.close(typing)


@pytest.mark.parametrize(("typed", "goes_on"), [("y\n", True), ("YES\n", True), ("n\n", False)])
def test_a_person_is_asked_on_a_terminal(
    start: Start,
    terminal: int,
    typed: str,
    goes_on: bool,  # noqa: FBT001 - a column
) -> None:
    """First the region is typed, as before any failover."""
    world = hooked(start, hook("ask", manual="Are licences valid?"))
    os.write(terminal, typed.encode())

    if goes_on:
        assert fail_over(world, yes=False) == 0
        assert outcomes(world)["ask"]["confirmed"]["note"] == "answered on a terminal"
    else:
        with pytest.raises(HalfwayError, match=r"Are licences valid\? The answer was 'n'"):
            fail_over(world, yes=False)


@pytest.mark.usefixtures("terminal")
def test_a_question_that_nobody_answers_halts(start: Start) -> None:
    """Once its time is over."""
    world = hooked(start, hook("ask", manual="Valid?", timeoutInSeconds=1))

    with pytest.raises(HalfwayError, match=r"Valid\? No answer came within 1 s"):
        fail_over(world, yes=False)


@dataclass
class Site:
    """A web site on this host, and what it was asked."""

    url: str
    asked: list[tuple[str, str, bytes]]


@pytest.fixture
def site() -> Iterator[Site]:
    asked: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path, body))
            self.send_response(302 if self.path == "/moved" else int(self.path[1:]))
            self.send_header("Location", "/204")
            self.end_headers()
            if self.path == "/400":
                self.wfile.write(b"no such zone")

        do_GET = do_POST  # noqa: N815 - the class's own

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the class's own
            del format, args

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Site(f"http://127.0.0.1:{server.server_port}", asked)
        server.shutdown()
        thread.join()


def test_a_request_names_the_operation_and_is_done_by_its_status(start: Start, site: Site) -> None:
    """A GET has no body; another status may be expected."""
    world = hooked(
        start,
        hook("dns", http={"url": f"{site.url}/204"}),
        hook("seen", http={"method": "GET", "url": f"{site.url}/404", "expect": [404]}),
    )

    assert fail_over(world) == 0

    (post, get) = site.asked
    assert post[:2] == ("POST", "/204")
    for part in (b'"kind": "failover"', b'"target": "secondary"', b'"step": "hook-dns"'):
        assert part in post[2]
    assert get == ("GET", "/404", b"")
    assert outcomes(world) == {"dns": {"status": 204}, "seen": {"status": 404}}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/400", "/400 answered 400, and not 200 or 201 or 202 or 204; its last lines:\n  no such"),
        ("/moved", "/moved answered 302, and not 200"),
    ],
)
def test_another_status_is_a_failure(start: Start, site: Site, path: str, says: str) -> None:
    """A redirect is one, too: it is not followed."""
    world = hooked(start, hook("dns", http={"url": f"{site.url}{path}"}))

    with pytest.raises(HalfwayError) as caught:
        fail_over(world)

    assert says in str(caught.value)
    assert (len(site.asked), world.writes) == (1, [])


def test_a_site_that_is_silent_is_a_failure(start: Start) -> None:
    """Within the time of the hook, although the request is sent again."""
    world = hooked(start, hook("dns", http={"url": "http://127.0.0.1:1/"}, timeoutInSeconds=1))

    with pytest.raises(HalfwayError, match=r"POST http://127.0.0.1:1/ did not answer, and not"):
        fail_over(world)


def test_on_the_local_azure_hooks_are_only_said_unless_they_are_allowed(
    start: Start, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rehearsal must not stop the real jobs."""
    monkeypatch.setattr(control, "expect_on_premises", lambda _store, _prefixes: None)
    hooks = (hook("stop"), hook("ask", manual="Valid?"), hook("gone", command=["./none"]))
    names = ("stop", "ask", "gone")
    for run_hooks in (False, True):
        world = hooked(start, *hooks[: 2 if run_hooks else 3])
        monkeypatch.setenv("SPAREHUB_SIMULATOR", str(world.directory / "simulator"))
        confirmed = {"ask": "rehearsed"} if run_hooks else {}

        assert fail_over(world, confirmations=confirmed, run_hooks=run_hooks) == 0

        assert len(logged(world)) == run_hooks
        if not run_hooks:
            assert outcomes(world) == {name: {"simulated": True} for name in names}
            assert "stop: simulated, since this is the local Azure" in capsys.readouterr().err


def test_a_death_after_the_hook_and_before_its_outcome_runs_it_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its outcome is not known, so a hook has to bear that."""
    world = hooked(start, hook("stop"))

    def dying(*arguments: Any) -> None:
        run_hook(*arguments)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(executor, "run_hook", dying)
        with pytest.raises(Died):
            fail_over(world)

    assert resume(world) == 0
    assert (len(logged(world)), world.writes) == (2, BOTH)
    assert resume(world) == 0
    assert len(logged(world)) == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (hook("stop", command=["./none.sh"]), "hook stop: there is no program ./none.sh"),
        (hook("stop", command=["no-such-x"]), "hook stop: there is no program no-such-x"),
        (hook("stop", before="fence"), "stop would never run: no plan that it is for has a step"),
    ],
)
def test_what_cannot_be_run_refuses_a_planned_failover_alone(
    start: Start, capsys: pytest.CaptureFixture[str], wrong: dict[str, Any], says: str
) -> None:
    """An unplanned one warns of it before it begins."""
    world = hooked(start, wrong)
    with pytest.raises(PreflightError) as caught:
        fail_over(world)
    assert says in str(caught.value)
    assert not [*world.directory.rglob("journal.jsonl")]

    assert fail_over(world, UNPLANNED) == 0
    assert says in capsys.readouterr().err


def test_a_withdrawn_operation_names_the_hooks_that_ran(start: Start) -> None:
    """Nothing in Azure was changed, and the hook is not undone."""
    world = start()
    change_regions(world, recorded_inside)

    def change(region: dict[str, Any]) -> None:
        if "hong-kong" in region["expressRoute"]["connections"]:
            region["hooks"] = [hook("stop")]

    change_regions(world, change)
    world.lost.add("primary")

    with pytest.raises(Exception, match=r"nothing was changed, but these hooks ran: stop\."):
        fail_over(world, UNPLANNED)


@pytest.mark.parametrize("inside", [True, False])
def test_the_project_is_where_a_program_is_looked_for(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    inside: bool,  # noqa: FBT001 - a column
) -> None:
    """Wherever the command is started: in the project, which is then `.`, or elsewhere."""
    world = hooked(start, hook("stop", command=["./stop.sh"]))
    file = world.directory / "stop.sh"
    file.write_text(f"#!/bin/sh\n{LOG}\n")
    file.chmod(0o700)
    project = world.directory
    if inside:
        monkeypatch.chdir(project)
        world.directory = Path()

    assert fail_over(world) == 0
    assert len((project / "log").read_text().splitlines()) == 1
