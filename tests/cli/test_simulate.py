"""``sparehub simulate``: the environment of the local Azure, its clock, log and faults."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.paths import VENV
from sparehub.simulator import control
from sparehub.simulator.arm.http_messages import Request
from sparehub.simulator.arm.service import Azure
from tests.command_fixtures import Sparehub


def environment_after(script: str, variables: Mapping[str, str]) -> dict[str, str]:
    done = subprocess.run(
        ["bash", "-c", f"set -eu\n{script}\nenv -0"],
        env=dict(variables),
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (line.partition("=") for line in done.stdout.split("\0") if line)
    return {name: value for name, _, value in pairs}


def test_env_points_a_shell_at_the_local_azure_and_back(sparehub: Sparehub, tmp_path: Path) -> None:
    """`--unset` restores the previous values, and PATH."""
    before = {
        "PATH": os.environ["PATH"],
        "HOME": "/nowhere",
        "PULUMI_BACKEND_URL": "azblob://mine",
        "SPAREHUB_HOME": str(tmp_path / "home"),
    }

    during = environment_after(sparehub("simulate", "env", variables=before).stdout, before)
    unset = sparehub("simulate", "env", "--unset", variables=during).stdout
    after = environment_after(unset, during)

    home = tmp_path / "home"
    assert during["PULUMI_BACKEND_URL"] == (home / "state").as_uri()
    assert during["SPAREHUB_SIMULATOR"] == str(home / "simulator")
    assert during["PATH"].split(os.pathsep)[0] == str(home / "bin")
    assert os.access(home / "bin" / "pulumi-resource-azure-native", os.X_OK)
    for name in ("_", "SHLVL", "PWD"):
        after.pop(name, None)
    assert after == before


def test_env_fails_closed(sparehub: Sparehub, tmp_path: Path) -> None:
    """If the home cannot be written, the evaluated text fails, so no command runs on Azure."""
    (tmp_path / "home").write_text("in the way")

    done = sparehub("simulate", "env")

    assert (done.returncode, done.stdout) == (1, "false\n")
    assert "cannot be written" in done.stderr


def test_clock_log_provision_and_reset(sparehub: Sparehub, tmp_path: Path) -> None:
    """They use the local Azure of the home, and name it first."""
    store = tmp_path / "home" / "simulator"
    azure = Azure(store)
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    query = {"api-version": "2024-03-01"}
    body = b'{"location": "eastasia"}'
    azure.handle(Request(method="PUT", path=group, query=query, body=body))
    seconds = control.read_clock(store).seconds

    log = json.loads(sparehub("simulate", "log", "--json").stdout)
    assert [(e["operation"], e["path"], e["status"], e["outcome"]) for e in log] == [
        ("create", group, 201, "Succeeded")
    ]
    assert set(log[0]) == {"at", "method", "path", "status", "operation", "seconds", "outcome"}
    assert json.loads(sparehub("simulate", "clock", "--json").stdout) == {
        "seconds": seconds,
        "speed": "instant",
    }
    assert sparehub("simulate", "clock", "100").returncode == 0
    assert control.read_clock(store).speed == "100"
    unknown = sparehub("simulate", "provision", "erc-nowhere")
    assert unknown.returncode == 1
    assert unknown.stderr.splitlines() == [
        f"simulated Azure at {store}",
        "error: no ExpressRoute circuit 'erc-nowhere'; known circuits: none",
    ]
    assert sparehub("simulate", "provision").returncode == 2
    assert sparehub("simulate", "provision", "--manual").returncode == 0
    assert sparehub("simulate", "reset").returncode == 0
    assert control.resources(store) == []


def test_faults_are_ordered_listed_and_cleared(sparehub: Sparehub, tmp_path: Path) -> None:
    """Each fault is one line of the list; an invalid fault is refused with one line."""
    store = tmp_path / "home" / "simulator"
    ordered = ("--region", "East Asia", "--type", "virtualNetworkGateways", "--after", "2")

    add = ("simulate", "fault", "add")
    assert sparehub(*add, "failed", *ordered, "--count", "3").returncode == 0
    assert sparehub(*add, "region-down", "--region", "eastasia").returncode == 0

    anywhere = {"type": "", "after": 0, "count": None, "seen": 0, "since": 0.0}
    assert json.loads(sparehub("simulate", "fault", "list", "--json").stdout) == [
        {
            "id": 1,
            "kind": "failed",
            "region": "eastasia",
            "type": "virtualnetworkgateways",
            "after": 2,
            "count": 3,
            "seen": 0,
            "since": 0.0,
        },
        {"id": 2, "kind": "region-down", "region": "eastasia"} | anywhere,
    ]
    shown = sparehub("simulate", "fault", "list").stdout
    assert "region-down" in shown
    unknown = sparehub(*add, "conflict", "--region", "atlantis")
    assert (unknown.returncode, unknown.stderr.splitlines()) == (
        1,
        [f"simulated Azure at {store}", "error: no region 'atlantis'"],
    )
    assert sparehub(*add, "meteor").returncode == 2
    assert sparehub("simulate", "fault", "clear").returncode == 0
    assert control.read_faults(store) == []


STRANGE = """-n a b\tc'd"e $HOME `x` $(x) \\ größe *?[a] ~\n!f"""


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh"])
def test_shells_evaluate_the_environment_exactly(shell: str, tmp_path: Path) -> None:
    """A home of any name and variables of any value; `--unset` restores them."""
    if not (executable := shutil.which(shell)):
        pytest.skip(f"there is no {shell}")
    name = STRANGE
    home = tmp_path / name
    home.mkdir()
    before = {"PULUMI_CONFIG_PASSPHRASE": f"{name}\t:x", "PATH": f"{tmp_path}/{name}:/usr/bin:/bin"}
    command = str(VENV / "bin" / "sparehub")
    script = (
        f"eval \"$('{command}' simulate env)\"; env -0; printf '==\\0'; "
        f"eval \"$('{command}' simulate env --unset)\"; env -0"
    )
    done = subprocess.run(
        [executable, "-c", script],
        env={**os.environ, **before, "SPAREHUB_HOME": str(home)},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert b"error" not in done.stderr, done.stderr
    during, _, after = done.stdout.decode().partition("==\0")
    there, back = (
        dict(line.split("=", 1) for line in part.split("\0") if line) for part in (during, after)
    )
    assert there["SPAREHUB_SIMULATOR"] == str(home / "simulator")
    assert there["PULUMI_BACKEND_URL"] == (home / "state").as_uri()
    assert there["PATH"].split(":")[0] == str(home / "bin")
    assert {key: back[key] for key in before} == before


def test_a_home_that_path_cannot_hold_is_refused(sparehub: Sparehub, tmp_path: Path) -> None:
    """A colon separates directories on PATH; the evaluated text fails."""
    home = str(tmp_path / "a:b")

    done = sparehub("simulate", "env", variables={"SPAREHUB_HOME": home})

    assert (done.returncode, done.stdout) == (1, "false\n")
    assert "has a ':', which separates directories on PATH" in " ".join(done.stderr.split())
    assert not Path(home).exists()


@pytest.mark.parametrize(("time", "seconds"), [("+90s", 90), ("+4h", 14_400), ("+2d", 172_800)])
def test_the_clock_is_advanced_by_a_time(sparehub: Sparehub, time: str, seconds: int) -> None:
    """Recovery points age, and what is due finishes; the speed stays."""
    done = sparehub("simulate", "clock", time, "--json")

    assert json.loads(done.stdout) == {"seconds": seconds, "speed": "instant"}


@pytest.mark.parametrize("time", ["+0s", "-4h", "4h", "+4", "+4w", "+9999999h", "fast"])
def test_a_time_that_is_none_is_usage(sparehub: Sparehub, time: str) -> None:
    """Exit code 2; the clock stays."""
    done = sparehub("simulate", "clock", "--", time)

    assert done.returncode == 2
    assert json.loads(sparehub("simulate", "clock", "--json").stdout)["seconds"] == 0
