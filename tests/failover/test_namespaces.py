"""Two PID namespaces with one host name, as two containers have, and one state backend."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparehub.failover.adapters.pulumi_locks import FILE, PulumiLocks
from sparehub.failover.journal.lease import Lease, LeaseError
from sparehub.failover.journal.lease_holder import Holder
from tests.configurations import ROOT

UNSHARE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
TAKE = """
import sys
from pathlib import Path
from sparehub.failover.journal.lease_holder import Holder
from sparehub.failover.journal.lease import Lease
from sparehub.failover.adapters.pulumi_locks import PulumiLocks
from sparehub.topology.errors import SparehubError
place = Path(sys.argv[1])
try:
    held = Lease.take((place,), print, epoch=0, holder=Holder.this_process())
    PulumiLocks(place, "sparehub", (place,), print).clear_dead(("primary",))
except SparehubError as error:
    sys.exit(f"{error.exit_code}: {error}")
print("taken", flush=True)
input()
held.release()
"""


def unshare(*options: str, script: str, place: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*options, sys.executable, "-c", script, str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(autouse=True)
def namespaces() -> None:
    """Skip where no PID namespace can be made."""
    try:
        subprocess.run([*UNSHARE, "true"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may make no PID namespace")


@pytest.fixture
def inside(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Return a process of another namespace that holds the lease."""
    with unshare(*UNSHARE, script=TAKE, place=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def take(place: Path) -> Lease:
    return Lease.take((place,), lambda _text: None, epoch=0, holder=Holder.this_process())


def test_a_lease_held_in_another_namespace_is_not_taken(
    inside: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """Its number is that of no process here, or of another one; once released it is free."""
    with pytest.raises(LeaseError, match=f"on {socket.gethostname()}, process 1 is at work"):
        take(tmp_path)
    inside.communicate("\n")
    assert take(tmp_path).check() == 2


def test_a_lease_whose_namespace_ended_expires(
    inside: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """Nothing here says that its holder is dead."""
    inside.kill()
    inside.wait()
    with pytest.raises(LeaseError, match="in another container"):
        take(tmp_path)


def test_a_namespace_does_not_take_the_lease_of_its_host(tmp_path: Path) -> None:
    """The other way round: this process is not seen from inside."""
    held = take(tmp_path)
    with unshare(*UNSHARE, script=TAKE, place=tmp_path) as process:
        _, said = process.communicate("\n")
    assert (process.returncode, said[:2]) == (1, "4:"), said
    assert "is at work on these stacks" in said
    assert held.check() == 1


@pytest.mark.parametrize("recorded", [True, False])
def test_a_lock_of_pulumi_taken_in_another_namespace_stands(
    tmp_path: Path, *, recorded: bool
) -> None:
    """Whether it was written down there or taken by hand: what to do is printed."""
    directory = tmp_path / ".pulumi/locks/organization/sparehub/primary"
    directory.mkdir(parents=True)
    here = Holder.this_process()
    lock = {"pid": here.process, "hostname": here.host, "username": here.user}
    (directory / "1.json").write_text(json.dumps(lock))
    if recorded:
        (tmp_path / FILE).write_text(json.dumps({"1.json": vars(here)}))
    with unshare(*UNSHARE, script=TAKE, place=tmp_path) as process:
        _, said = process.communicate("\n")
    assert (process.returncode, said[:2]) == (1, "4:"), said
    assert "`pulumi cancel --stack primary`" in said
    assert (directory / "1.json").exists()
    with pytest.raises(LeaseError, match="is being deployed by"):
        PulumiLocks(tmp_path, "sparehub", (tmp_path,), print).clear_dead(("primary",))


def test_a_namespace_without_its_own_proc_is_not_known(tmp_path: Path) -> None:
    """Its `/proc` shows the host's processes under their numbers there."""
    script = """
from sparehub.failover.journal.lease_holder import Holder
here = Holder.this_process()
print([here.process, here.boot, here.namespace, here.started])
"""
    with unshare("unshare", "--pid", "--fork", script=script, place=tmp_path) as process:
        said, _ = process.communicate()
    assert said == "[1, '', '', '']\n"
