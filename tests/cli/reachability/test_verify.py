"""The command `sparehub verify`: text, JSON, JUnit and exit codes."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sparehub.topology.reachability.states.names import STATES
from tests.command_fixtures import Sparehub, change_region


def direct(region: dict[str, Any]) -> None:
    """Remove the shared route table from a spoke's subnet."""
    region["spokes"]["spoke1"]["subnets"]["app"]["routeTable"] = "none"


def test_the_shipped_pair_passes_in_every_state(sparehub: Sparehub) -> None:
    """The time without a connection is given in seconds."""
    done = sparehub("verify", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    states = {state["state"]: state for state in found["states"]}
    normal = states["normal"]
    assert {key: normal[key] for key in ("reachable", "unreachable", "asymmetric", "loops")} == {
        "reachable": 24,
        "unreachable": 24,
        "asymmetric": 0,
        "loops": 0,
    }
    assert normal["violations"] == states["failed-over"]["violations"] == []
    gap = states["failover-disconnected"]
    assert gap["lasts"] == {"typical": 271, "worst": 780}
    assert {
        "source": "primary/spoke1/app",
        "destination": "on-premises",
        "pairs": 1,
        "change": "lost",
    } in gap["changes"]
    assert states["primary-returns"]["ambiguous"] == 12
    assert set(found) == {"states", "seconds"}


def test_pairs_come_with_their_paths(sparehub: Sparehub) -> None:
    """One entry for each pair of the chosen state."""
    done = sparehub("verify", "--state", "normal", "--pairs", "--json")

    (state,) = json.loads(done.stdout)["states"]
    assert len(state["pairs"]) == 48
    assert {
        "source": "on-premises",
        "destination": "primary/spoke1/app",
        "verdict": "REACHABLE",
        "path": [
            "on-premises",
            "primary/hub/GatewaySubnet",
            "primary/hub/nva",
            "primary/spoke1/app",
        ],
    } in state["pairs"]


def test_a_violation_shows_both_paths_and_the_cause(sparehub: Sparehub, tmp_path: Path) -> None:
    """Exit code 3, the hops in both directions, and the cause; JUnit has the same failures."""
    change_region(tmp_path / "Pulumi.primary.yaml", direct)

    done = sparehub("verify", "--state", "normal", "--junit", "proof.xml")

    assert done.returncode == 3
    lines = done.stdout.splitlines()
    at = lines.index("wrong symmetric: primary/spoke1/app -> on-premises is UNREACHABLE")
    there, back, because = (line.strip() for line in lines[at + 1 : at + 4])
    assert there == (
        "there: primary/spoke1/app (VirtualNetworkGateway route 192.168.0.0/16 to "
        "VirtualNetworkGateway) -> on-premises"
    )
    assert back == (
        "back: on-premises -> primary/hub/GatewaySubnet (route to-spoke1-10.1.0.0-24 10.1.0.0/24 "
        "to VirtualAppliance 10.10.10.10) -> primary/hub/nva (Default route 10.1.0.0/24 to "
        "VNetPeering) -> primary/spoke1/app"
    )
    assert because == (
        "because primary/spoke1/app -> on-premises bypasses the NVA, which sees only the return "
        "direction: at primary/spoke1/app VirtualNetworkGateway route 192.168.0.0/16 to "
        "VirtualNetworkGateway; primary/spoke1/app, which has no route table, propagates BGP "
        "routes (disableBgpRoutePropagation, RT-08)"
    )
    (suite,) = ET.parse(tmp_path / "proof.xml").getroot()  # noqa: S314 - our own file
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert suite.get("name") == "sparehub.cli.reachability.verify.normal"
    assert [str(name).split(":")[0] for name in failed] == ["symmetric", "egress", "through"]


def test_json_violations_have_the_keys_that_scripts_rely_on(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """They are part of the contract; there may be more."""
    change_region(tmp_path / "Pulumi.primary.yaml", direct)

    done = sparehub("verify", "--state", "normal", "--json")

    (state,) = json.loads(done.stdout)["states"]
    found = state["violations"][0]
    assert (done.returncode, state["asymmetric"]) == (3, 2)
    keys = ("question", "source", "destination", "verdict", "path", "returnPath", "fails")
    assert [found[key] for key in keys] == [
        "symmetric",
        "primary/spoke1/app",
        "on-premises",
        "UNREACHABLE",
        ["primary/spoke1/app", "on-premises"],
        ["on-premises", "primary/hub/GatewaySubnet", "primary/hub/nva", "primary/spoke1/app"],
        True,
    ]
    assert found["hops"][0]["overridden"] == [
        "Default route 192.168.0.0/16 to None",
        "Default route 0.0.0.0/0 to Internet",
    ]


@pytest.mark.parametrize("more", [[], ["192.168.0.0/16"]])
def test_forced_tunnelling_is_verified(sparehub: Sparehub, tmp_path: Path, more: list[str]) -> None:
    """On-premises advertises a default route and nothing else (RT-03, ER-25).

    The second file may list its addresses; without a list they are the private ranges.
    """
    for stack, prefixes in (("primary", ["0.0.0.0/0"]), ("secondary", ["0.0.0.0/0", *more])):

        def tunnelled(region: dict[str, Any], prefixes: list[str] = prefixes) -> None:
            region["onPremises"]["addressPrefixes"] = prefixes
            region["hub"]["nva"]["internetEgress"] = "onPremises"

        change_region(tmp_path / f"Pulumi.{stack}.yaml", tunnelled)

    done = sparehub("verify", "--state", "normal", "--pairs", "--json")
    routes = sparehub("routes", "primary", "hub/nva", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    (state,) = json.loads(done.stdout)["states"]
    spoke, site = "primary/spoke1/app", "on-premises"
    verdicts = {(pair["source"], pair["destination"]): pair["verdict"] for pair in state["pairs"]}
    assert [verdicts[spoke, site], verdicts[site, spoke]] == ["REACHABLE", "REACHABLE"]
    assert [
        (r["addressPrefix"], r["nextHopType"]) for r in json.loads(routes.stdout)["routes"]
    ] == [
        (["10.10.10.0/24"], "VnetLocal"),
        (["10.1.0.0/24"], "VNetPeering"),
        (["10.2.0.0/24"], "VNetPeering"),
        (["0.0.0.0/0"], "VirtualNetworkGateway"),
    ]


def test_an_unknown_state_is_usage(sparehub: Sparehub) -> None:
    """The message lists the states of this pair."""
    done = sparehub("verify", "--state", "sunny")

    assert done.returncode == 2
    assert "there is no state 'sunny'; there are: normal, secondary-standby-network" in done.stderr


def test_a_region_that_does_not_build_is_reported_as_by_check(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """With the same text on the same stream."""
    prefix = {"addressSpace": ["10.10.10.0/24"]}
    change_region(
        tmp_path / "Pulumi.primary.yaml", lambda region: region["spokes"]["spoke1"].update(prefix)
    )

    proven, checked = sparehub("verify"), sparehub("check")

    assert (proven.returncode, proven.stdout) == (3, checked.stdout)
    assert "PE-03" in proven.stdout


def test_help_lists_the_states(sparehub: Sparehub) -> None:
    """By the names that --state takes."""
    words = sparehub("verify", "--help", variables={"COLUMNS": "100"}).stdout.split()

    assert set(STATES) <= {word.strip(".,") for word in words}
