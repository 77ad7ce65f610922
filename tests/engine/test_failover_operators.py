"""Two operators at once, one who died, and one who slept: on the real engine, as processes."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.paths import VENV
from sparehub.simulator import control
from tests.engine.conftest import until
from tests.engine.operator import EVERYTHING, PATIENCE, Operator, copied, die, go_on, hold, resume

SIGNAL_9 = -signal.SIGKILL
INTERLOCK = 4
ACTIVATE = "activate-secondary"
UNSHARE = ("unshare", "--pid", "--fork", "--mount-proc")
CREATES = "write:region/connection/singapore/connection"
pytestmark = pytest.mark.skipif(not EVERYTHING, reason="make faults")


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


def change_lease(operator: Operator, **terms: Any) -> None:
    """Let the lease say something else, in both its places."""
    files = sorted(operator.engine.rehearsal.home.path.rglob("lease.json"))
    assert len(files) == 2
    for file in files:
        said = json.loads(file.read_text())
        said["holder"] |= {key: terms[key] for key in terms if key in said["holder"]}
        said |= {key: terms[key] for key in terms if key in said}
        file.write_text(json.dumps(said))


@pytest.mark.parametrize("kinds", [("failover", "failover"), ("resume", "failback")])
def test_of_two_at_once_one_goes_on(operator: Operator, kinds: tuple[str, str]) -> None:
    """The same way from the start, and opposite ways from half-way: whoever is second is refused.

    Who is first is not said: what holds then is what he wanted.
    """
    wanted = {"failover": "secondary", "resume": "secondary", "failback": "primary"}
    if "resume" in kinds:
        die(operator, f"after:intent:{ACTIVATE}", *operator.confirmed("failover"))
    commands = [
        ("resume", "--yes") if kind == "resume" else operator.confirmed(kind) for kind in kinds
    ]
    both = [operator.start(*command) for command in commands]
    ended = {}
    for kind, running in zip(kinds, both, strict=True):
        _, said = running.communicate()
        ended[running.returncode] = kind
        assert running.returncode == 0 or "is at work on these stacks" in said, said
    assert set(ended) == {0, INTERLOCK}
    hold(operator, wanted[ended[0]])


def test_nobody_comes_in_between(operator: Operator) -> None:
    """While the first one's deletion takes its time, every other command that writes is refused."""
    failback = operator.confirmed("failback")
    confirmed = operator.confirmed("failover")
    control.set_clock(operator.engine.store, "1")
    log = operator.engine.rehearsal.log
    first = operator.start(*confirmed)
    assert until(lambda: log()[-1].operation == "delete", PATIENCE)
    for other in (failback, confirmed, ("resume", "--yes"), ("commit",)):
        assert operator.sparehub(*other).returncode == INTERLOCK
    control.set_clock(operator.engine.store, "instant")
    _, said = first.communicate()
    assert first.returncode == 0, said
    hold(operator, "secondary")


def test_a_stale_lease(operator: Operator) -> None:
    """A dead process's of another host is waited for to its end, of this one taken at once."""
    die(operator, f"after:intent:{ACTIVATE}", *operator.confirmed("failover"))
    change_lease(operator, host="another-host")
    refused = operator.sparehub("resume", "--yes")
    assert (refused.returncode, "on another-host" in refused.stderr) == (INTERLOCK, True)
    change_lease(operator, expires=0)
    died = operator.dying("before:finished:", "resume", "--yes")
    assert (died.returncode, "took over the lease" in died.stderr) == (SIGNAL_9, True)
    again = operator.sparehub("resume", "--yes")
    assert (again.returncode, "took over the lease" in again.stderr) == (0, True), again.stderr
    hold(operator, "secondary")


@pytest.mark.parametrize("point", ["before:outcome:fence-primary", f"after:intent:{ACTIVATE}"])
def test_who_slept_past_his_lease_writes_nothing_more(operator: Operator, point: str) -> None:
    """Another one ends it meanwhile; awake again he finds that out, at whichever step."""
    late = operator.paused(point, *operator.confirmed("failover"))
    refused = operator.sparehub("resume", "--yes")
    assert (refused.returncode, "is at work on these stacks" in refused.stderr) == (INTERLOCK, True)
    change_lease(operator, expires=0)
    resume(operator)
    log = control.read_log(operator.engine.store)

    code, said = go_on(late)
    assert (code, "has taken over" in said) == (INTERLOCK, True), said
    assert control.read_log(operator.engine.store) == log
    hold(operator, "secondary")


def test_who_slept_while_pulumi_writes_is_not_overtaken(operator: Operator) -> None:
    """Its lock is alive though the lease has expired; once it continues, it begins nothing more."""
    late = operator.paused(CREATES, *operator.confirmed("failover"))
    change_lease(operator, expires=0)
    refused = operator.sparehub("resume", "--yes")
    assert (refused.returncode, "is being deployed by" in refused.stderr) == (INTERLOCK, True)

    code, said = go_on(late)
    assert (code, "has taken over" in said) == (INTERLOCK, True), said
    resume(operator)
    hold(operator, "secondary")


def test_an_operator_in_another_container_takes_neither_lease_nor_lock(operator: Operator) -> None:
    """Same host name and backend, another PID namespace: two Pulumis would deploy one stack."""
    first = operator.paused(CREATES, *operator.confirmed("failover"))
    log = control.read_log(operator.engine.store)
    inside = (*UNSHARE, str(VENV / "bin" / "sparehub"), "resume", "--yes")
    refused = operator.run(*inside)
    if "unshare:" in refused.stderr:
        pytest.skip("this user may make no PID namespace")
    assert (refused.returncode, "is at work on these stacks" in refused.stderr) == (INTERLOCK, True)
    change_lease(operator, expires=0)
    refused = operator.run(*inside)
    assert refused.returncode == INTERLOCK
    assert "`pulumi cancel --stack secondary`" in " ".join(refused.stderr.split())
    assert control.read_log(operator.engine.store) == log

    code, said = go_on(first)
    assert (code, "has taken over" in said) == (INTERLOCK, True), said
    resume(operator)
    hold(operator, "secondary")
