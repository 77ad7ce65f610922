"""The commands `sparehub routes` and `sparehub verify`: text, JSON, JUnit and exit codes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

from sparehub.topology.reachability.states.names import STATES
from tests.command_fixtures import Sparehub
from tests.configurations import ROOT


def change(path: Path, what: Callable[[dict[str, Any]], object]) -> None:
    yaml = YAML()
    content = yaml.load(path)
    what(content["config"]["sparehub:region"])
    yaml.dump(content, path)


def direct(region: dict[str, Any]) -> None:
    """Remove the shared route table from a spoke's subnet."""
    region["spokes"]["spoke1"]["subnets"]["app"]["routeTable"] = "none"


def test_routes_have_the_form_of_azures_effective_routes(sparehub: Sparehub) -> None:
    """The JSON has the keys of Azure's effective route table."""
    done = sparehub("routes", "primary", "spoke1/app", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["stack"], found["subnet"]) == ("primary", "spoke1/app")
    assert found["routes"][0] == {
        "source": "Default",
        "state": "Active",
        "addressPrefix": ["10.1.0.0/24"],
        "nextHopType": "VnetLocal",
        "nextHopIpAddress": [],
    }
    assert found["routes"][-1] == {
        "source": "User",
        "state": "Active",
        "addressPrefix": ["0.0.0.0/0"],
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": ["10.10.10.10"],
        "name": "default",
    }


def test_routes_have_the_columns_of_the_azure_cli(sparehub: Sparehub) -> None:
    """Those of `az network nic show-effective-route-table`, and the overriding route."""
    done = sparehub("routes", "secondary", "hub/nva", "--activation", "active")

    lines = [line.split() for line in done.stdout.splitlines()]
    columns = "Source State Address Prefix Next Hop Type Next Hop IP Overridden by"
    assert " ".join(lines[0]) == columns
    bgp = ["VirtualNetworkGateway", "Active", "192.168.0.0/16", "VirtualNetworkGateway"]
    assert [*bgp, "singapore"] in lines


def test_routes_of_a_standby_region_depend_on_the_depth(sparehub: Sparehub) -> None:
    """Without a connection no route is learned; with one, on-premises learns the hub's prefix."""
    standby = sparehub("routes", "secondary", "hub/nva", "--json")
    connected = sparehub("routes", "secondary", "on-premises", "--depth", "connection", "--json")

    assert '"VirtualNetworkGateway"' not in standby.stdout
    shown = [(r["stack"], *r["addressPrefix"]) for r in json.loads(connected.stdout)["routes"]]
    assert shown == [
        ("primary", "10.1.0.0/24"),
        ("primary", "10.2.0.0/24"),
        ("primary", "10.10.10.0/24"),
        ("secondary", "10.10.10.0/24"),
    ]


def test_an_unknown_subnet_is_usage(sparehub: Sparehub) -> None:
    """The message lists the existing subnets."""
    done = sparehub("routes", "primary", "spoke9/app")

    assert done.returncode == 2
    known = "hub/GatewaySubnet, hub/nva, spoke1/app, spoke2/app"
    assert f"error: there is no subnet 'spoke9/app'; there are: {known}" in done.stderr


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
    change(tmp_path / "Pulumi.primary.yaml", direct)

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
    change(tmp_path / "Pulumi.primary.yaml", direct)

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

        change(tmp_path / f"Pulumi.{stack}.yaml", tunnelled)

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


def test_an_intent_with_an_unknown_context_is_refused(sparehub: Sparehub, tmp_path: Path) -> None:
    """It is refused before any state is verified."""
    intent = {"reach": ["primary/web/*", "on-premises"]}
    change(tmp_path / "Pulumi.primary.yaml", lambda region: region.update(intents=[intent]))

    done = sparehub("verify")

    assert (done.returncode, done.stdout) == (3, "")
    message = "'primary/web/*' is not a context; there are: primary/"
    assert f"region.intents[0]: {message}" in done.stderr

    script = sparehub("verify", "--json")
    found = json.loads(script.stdout)
    (problem,) = found.pop("problems")
    assert (script.returncode, script.stderr) == (3, done.stderr)
    assert found == {"states": [], "seconds": 0}
    assert problem.pop("message").startswith(message)
    assert problem == {"stack": "primary", "path": "region.intents[0]", "rule": "CONFIG"}


def test_a_region_that_does_not_build_is_reported_as_by_check(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """With the same text on the same stream."""
    prefix = {"addressSpace": ["10.10.10.0/24"]}
    change(
        tmp_path / "Pulumi.primary.yaml", lambda region: region["spokes"]["spoke1"].update(prefix)
    )

    proven, checked = sparehub("verify"), sparehub("check")

    assert (proven.returncode, proven.stdout) == (3, checked.stdout)
    assert "PE-03" in proven.stdout


def test_help_lists_the_states(sparehub: Sparehub) -> None:
    """By the names that --state takes."""
    words = sparehub("verify", "--help", variables={"COLUMNS": "100"}).stdout.split()

    assert set(STATES) <= {word.strip(".,") for word in words}


@pytest.mark.parametrize("answer", ["--depth", "--activation"])
def test_a_wrong_word_is_usage(sparehub: Sparehub, answer: str) -> None:
    """The exit code is 2."""
    assert sparehub("routes", "primary", "hub/nva", answer, "sometimes").returncode == 2


def example() -> list[dict[str, Any]]:
    """Return the intents in docs/verification.md."""
    page = (ROOT / "docs" / "verification.md").read_text()
    (block,) = re.findall(r"```yaml\n(sparehub:region:\n  intents:\n.*?)```", page, re.DOTALL)
    intents: list[dict[str, Any]] = YAML(typ="safe").load(block)["sparehub:region"]["intents"]
    return intents


def intend(directory: Path, stack: str, intents: list[dict[str, Any]]) -> None:
    change(directory / f"Pulumi.{stack}.yaml", lambda region: region.update(intents=intents))


def test_the_documented_intents_hold_in_the_shipped_pair(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """`check`, `verify` and `parity` accept them in both files, and refuse their opposites."""
    for stack in ("primary", "secondary"):
        intend(tmp_path, stack, example())
    checked, proven = sparehub("check", "--json"), sparehub("verify", "--json")

    assert (checked.returncode, proven.returncode) == (0, 0)
    assert json.loads(checked.stdout)["errors"] == 0
    violated = [
        each for state in json.loads(proven.stdout)["states"] for each in state["violations"]
    ]
    assert [each for each in violated if each["intent"]] == []
    assert sparehub("parity").returncode == 0

    reach, isolate, through = example()
    wrong = [{"isolate": reach["reach"]}, {"reach": isolate["isolate"]}, through]
    intend(tmp_path, "secondary", wrong)
    checked, proven = sparehub("check", "--json"), sparehub("verify", "--json")

    assert (checked.returncode, proven.returncode) == (3, 3)
    found = [each for each in json.loads(checked.stdout)["findings"] if each["severity"] == "error"]
    assert {(each["rule"], each["stack"], each["path"]) for each in found} == {
        ("INTENT", "secondary", "region.intents[0]"),
        ("INTENT", "secondary", "region.intents[1]"),
    }


def test_check_names_the_state_in_which_an_intent_is_violated(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """The default states are normal and failed-over; another state may be named."""
    intent = {"reach": ["active/spoke1/app", "on-premises"]}
    intend(tmp_path, "primary", [intent])
    assert sparehub("check").returncode == 0

    intend(tmp_path, "primary", [intent | {"states": ["normal", "lost-nva"]}])
    done = sparehub("check")

    assert done.returncode == 3
    said = "error primary region.intents[0]: `reach: [active/spoke1/app, on-premises]` is not true"
    assert f"{said} in state 'lost-nva': primary/spoke1/app to on-premises is" in " ".join(
        done.stdout.split()
    )


def test_an_intent_about_a_role_that_no_region_has_is_refused(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """`active/...` in a state without an active region: one message of `check` and `verify`."""
    intent = {"reach": ["active/*", "on-premises"], "states": ["failover-disconnected"]}
    intend(tmp_path, "primary", [intent])

    checked, proven = sparehub("check"), sparehub("verify")

    assert (checked.returncode, proven.returncode) == (3, 3)
    said = "no region is active in it; name a stack (primary/..., secondary/...), or another state"
    assert said in " ".join(checked.stdout.split())
    assert said in " ".join(proven.stderr.split())
