"""The commands `sparehub init` and `sparehub schema`."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.command_fixtures import Sparehub
from tests.configurations import region_of, shipped


def test_init_writes_the_options_and_answers(sparehub: Sparehub, tmp_path: Path) -> None:
    """The file builds; the defaults are the numbers of the source document."""
    options = (
        "--location",
        "westeurope",
        "--service-provider",
        "Colt: Metro #1",
        "-o",
        "mine.yaml",
    )

    done = sparehub("init", *options, answers="\n" * 20)

    assert done.returncode == 0, done.stderr
    values = YAML(typ="safe").load((tmp_path / "mine.yaml").read_text())["config"]
    expected = shipped("primary") | {"azure-native:location": "westeurope"}
    circuit = expected["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"]
    circuit.update(provisioned=False, serviceProvider="Colt: Metro #1", location="swedencentral")
    assert region_of(values) == region_of(expected)


@pytest.mark.parametrize(
    ("options", "answer", "named"),
    [
        (("--location", "eastasia"), "", "japaneast"),  # asked for last: a script may end before
        (("--location", "eastasia"), "koreacentral\n", "koreacentral"),
        (
            ("--location", "Southeast Asia", "--circuit-location", "Korea Central"),
            "",
            "Korea Central",
        ),
        (("--location", "atlantisnorth"), "", None),
    ],
)
def test_init_puts_the_record_of_the_circuit_outside_the_pair(
    sparehub: Sparehub,
    tmp_path: Path,
    options: tuple[str, ...],
    answer: str,
    named: str | None,
) -> None:
    """In a third region that Sparehub proposes, or in the given one."""
    done = sparehub("init", "-o", "mine.yaml", *options, answers="\n" * 16 + answer)

    assert done.returncode == 0, done.stderr
    values = YAML(typ="safe").load((tmp_path / "mine.yaml").read_text())["config"]
    (connection,) = values["sparehub:region"]["expressRoute"]["connections"].values()
    assert connection["circuit"].get("location") == named


MACHINES = "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers"
APP1 = f"app1={MACHINES}/Microsoft.Compute/virtualMachines/app1:spoke1/app:10.1.0.10"
DB1 = f"db1={MACHINES}/Microsoft.Compute/virtualMachines/db1:spoke2/app"
REPLICATED = {
    "cacheStorageAccount": {"name": "stcache1"},
    "machines": {
        "app1": {
            "virtualMachineId": f"{MACHINES}/Microsoft.Compute/virtualMachines/app1",
            "spoke": "spoke1",
            "networkInterfaces": {"app1-nic": {"subnet": "app", "ipAddress": "10.1.0.10"}},
        },
        "db1": {
            "virtualMachineId": f"{MACHINES}/Microsoft.Compute/virtualMachines/db1",
            "spoke": "spoke2",
            "networkInterfaces": {"db1-nic": {"subnet": "app"}},
        },
    },
}


@pytest.mark.parametrize(
    ("options", "answers", "written"),
    [
        (
            ("--replicate", APP1, "--replicate", DB1, "--cache-storage-account", "stcache1"),
            "\n" * 17,
            REPLICATED,
        ),
        ((), "\n" * 18 + f"yes\n{APP1} {DB1}\nstcache1\n", REPLICATED),
        (
            ("--cache-storage-account", "stcache1"),
            "\n" * 17,
            {"cacheStorageAccount": {"name": "stcache1"}},
        ),
        ((), "\n" * 18 + "no\n", None),
        ((), "\n" * 18, None),  # asked for last: a script may end before
    ],
)
def test_init_writes_machines_that_are_replicated(
    sparehub: Sparehub, tmp_path: Path, options: tuple[str, ...], answers: str, written: object
) -> None:
    """From options, or from answers of somebody who wants it."""
    done = sparehub("init", "-o", "mine.yaml", *options, answers="eastasia\n" + answers[1:])

    assert done.returncode == 0, done.stderr
    values = YAML(typ="safe").load((tmp_path / "mine.yaml").read_text())["config"]
    assert values["sparehub:region"].get("replicate") == written


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--replicate", "app1=spoke1"), 2, "is not NAME=VM_ID:SPOKE/SUBNET[:IP]; nothing was"),
        (("--replicate", APP1, "--replicate", APP1), 2, "'app1' occurs twice"),
        (
            ("--replicate", DB1.replace("spoke2", "other"), "--cache-storage-account", "stcache1"),
            3,
            "region.replicate.machines.db1.spoke: there is no spoke 'other'",
        ),
        (
            ("--replicate", APP1, "--cache-storage-account", "St-Cache"),
            3,
            "is not the name of a storage account",
        ),
    ],
)
def test_init_refuses_machines_that_it_cannot_place(
    sparehub: Sparehub, tmp_path: Path, options: tuple[str, ...], code: int, says: str
) -> None:
    """One message, and no file."""
    done = sparehub("init", "-o", "mine.yaml", *options, answers="\n" * 20)

    assert done.returncode == code
    assert says in done.stderr
    assert not (tmp_path / "mine.yaml").exists()


def test_init_never_overwrites_and_never_guesses(sparehub: Sparehub, tmp_path: Path) -> None:
    """An existing file stays; a missing answer is an error with the name of the option."""
    before = (tmp_path / "Pulumi.primary.yaml").read_bytes()

    there = sparehub("init", answers="\n" * 20)
    silent = sparehub("init", "-o", "mine.yaml")
    wrong = sparehub("init", "-o", "mine.yaml", "--bandwidth", "300", answers="\n" * 20)

    assert (there.returncode, silent.returncode, wrong.returncode) == (1, 2, 3)
    assert "Pulumi.primary.yaml exists already: name another with -o" in there.stderr
    assert "give --location; nothing was written" in silent.stderr
    assert "bandwidthInMbps: must be 50, 100" in wrong.stderr
    assert (tmp_path / "Pulumi.primary.yaml").read_bytes() == before
    assert not (tmp_path / "mine.yaml").exists()


def test_schema_is_a_json_schema(sparehub: Sparehub) -> None:
    """Editors use it for completion."""
    schema = json.loads(sparehub("schema").stdout)

    assert schema["title"] == "RegionConfig"
    assert schema["required"] == ["hub", "expressRoute", "onPremises"]
    assert {"replicate", "siteRecovery"} <= {*schema["properties"]}
    names = schema["$defs"]["ReplicationNamesConfig"]["properties"]
    assert {"fabrics", "policy", "failover"} <= {*names}
