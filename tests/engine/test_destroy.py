"""`pulumi destroy` on the real engine: it stops before anything is deleted, with any flags."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.stacks.stack_files import stack_file
from tests.engine.conftest import Engine
from tests.engine.operator import Operator, copied

PRIMARY, SECONDARY = "con-eastasia-hong-kong", "con-southeastasia-singapore"
GUARD = "guard"
CONNECTION = "region/connection/hong-kong/connection"
GATEWAY = "region/expressroute/gateway"
PEERING = "region/spoke/spoke1/peering/spoke-to-hub"
GROUP = "region/group"
Resources = dict[str, dict[str, Any]]


def recorded(azure: Engine, stack: str) -> Resources:
    """Return what a stack recorded by logical name, without what a refresh may write anew."""
    text = azure.rehearsal.pulumi("stack", "export", "--show-secrets", "--stack", stack)
    return {
        each["urn"].split("::")[-1]: {
            "urn": each["urn"],
            "id": each.get("id"),
            "protect": each.get("protect", False),
            "dependencies": sorted(each.get("dependencies") or ()),
            "inputs": each.get("inputs"),
            "outputs": None if each["custom"] else each.get("outputs"),
        }
        for each in json.loads(text)["deployment"].get("resources") or ()
        if not each["type"].startswith("pulumi:providers:")
    }


def standing(azure: Engine) -> set[str]:
    """Return the ids of all resources in Azure."""
    return {identity for identity, _, _ in control.resources(azure.store)}


def named(azure: Engine, stack: str, arguments: tuple[str, ...]) -> list[str]:
    """Return arguments with Pulumi's address in the place of each logical name."""
    urns = {name: each["urn"] for name, each in recorded(azure, stack).items()}
    return [urns.get(each, each) for each in arguments]


def unguard(azure: Engine, stack: str) -> None:
    """Make a state of it as a program without guard and protection leaves it."""
    urn = recorded(azure, stack)[GUARD]["urn"]
    azure.rehearsal.pulumi("state", "unprotect", "--all", "--yes", "--stack", stack)
    azure.rehearsal.pulumi("state", "delete", urn, "--yes", "--stack", stack)


@pytest.fixture(scope="module")
def live(pair: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return a pair that stands; at the end it has to stand as it did."""
    azure = copied(pair, tmp_path_factory.mktemp("destroy") / "home")
    for stack in ("primary", "secondary"):  # with a record of the switch, as after a failover
        azure.change(stack, lambda config: config.update({"sparehub:generation": 1}))
        assert azure.up(stack) == []
    before = standing(azure), recorded(azure, "primary"), recorded(azure, "secondary")
    yield azure
    assert (standing(azure), recorded(azure, "primary"), recorded(azure, "secondary")) == before


NOW = ("--yes", "--skip-preview")
AT_ANY_COST = ("--target-dependents", "--continue-on-error")
REFUSED = {
    "at once": ("destroy", *NOW),
    "previewed": ("destroy", "--yes"),
    "by its short name": ("down", *NOW),
    "past errors": ("destroy", *NOW, "--continue-on-error"),
    "one after the other": ("destroy", *NOW, "--parallel", "1"),
    "with its stack": ("destroy", *NOW, "--remove"),
    "refreshed": ("destroy", *NOW, "--refresh"),
    "by the program": ("destroy", *NOW, "--run-program"),
    "by the program, refreshed": ("destroy", *NOW, "--run-program", "--refresh"),
    "a connection": ("destroy", *NOW, "--target", CONNECTION),
    "a connection and what needs it": ("destroy", *NOW, "--target", CONNECTION, *AT_ANY_COST),
    "a connection and the guard": ("destroy", *NOW, "--target", CONNECTION, "--target", GUARD),
    "connections": ("destroy", *NOW, "--target", "**onnection**", *AT_ANY_COST),
    "a peering": ("destroy", *NOW, "--target", PEERING),
    "a peering and what needs it": ("destroy", *NOW, "--target", PEERING, *AT_ANY_COST),
    "a gateway and what needs it": ("destroy", *NOW, "--target", GATEWAY, *AT_ANY_COST),
    "a group": ("destroy", *NOW, "--target", GROUP),
    "a group and what needs it": ("destroy", *NOW, "--target", GROUP, *AT_ANY_COST),
    "everything by a pattern": ("destroy", *NOW, "--target", "**", "--continue-on-error"),
    "all but a connection": ("destroy", *NOW, "--exclude", CONNECTION),
    "all but circuits": ("destroy", *NOW, "--exclude", "**ircuit**", "--continue-on-error"),
    "all but the guard, with its stack": ("destroy", *NOW, "--exclude", GUARD, "--remove"),
    "all but the guard": ("destroy", *NOW, "--exclude", GUARD),
    "a connection from the state": ("state", "delete", CONNECTION, "--yes"),
    "a connection from the state, with more": (
        *("state", "delete", CONNECTION, "--target-dependents", "--yes"),
    ),
    "the guard from the state": ("state", "delete", GUARD, "--yes"),
}
NOTHING_LEFT = {
    "all but the protected": ("destroy", *NOW, "--exclude-protected"),
    "all but the protected, with its stack": (
        *("destroy", *NOW, "--exclude-protected", "--remove"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_destroy_of_a_live_region_is_refused_before_anything_is_deleted(
    live: Engine, name: str
) -> None:
    """Pulumi meets the guard first, or finds that it would have to delete it."""
    arguments = named(live, "primary", REFUSED[name])
    with live.writes() as seen:
        live.refused(*arguments, "--stack", "primary")

    assert seen == []


@pytest.mark.parametrize("name", NOTHING_LEFT)
def test_destroy_without_the_protected_finds_nothing_to_delete(live: Engine, name: str) -> None:
    """What the guard depends on counts as protected: exit code 0, and everything stands."""
    arguments = named(live, "primary", NOTHING_LEFT[name])
    with live.writes() as seen:
        live.rehearsal.pulumi(*arguments, "--stack", "primary")

    assert seen == []
    assert stack_file(live.rehearsal.project, "primary").exists()


def test_the_refusal_names_the_guard(live: Engine) -> None:
    """It and the record of the switch, and how they would be unprotected; nothing else is begun."""
    said = live.refused("destroy", *NOW, "--stack", "primary")

    urn = "urn:pulumi:primary::sparehub::sparehub:network:DestroyGuard::guard"
    assert f'resource "{urn}" cannot be deleted' in said
    assert f"pulumi state unprotect '{urn}'" in said
    switch = "urn:pulumi:primary::sparehub::sparehub:network:SwitchRecord::switch"
    assert f'resource "{switch}" cannot be deleted' in said
    assert said.count("because it is protected") == 2


def test_a_region_that_stands_by_is_not_destroyed_either(live: Engine) -> None:
    """Its peerings and gateway are what a failover needs."""
    with live.writes() as seen:
        live.refused("destroy", *NOW, "--continue-on-error", "--stack", "secondary")

    assert seen == []


def test_a_program_that_registers_nothing_deletes_nothing(pair: Path, tmp_path: Path) -> None:
    """`pulumi up` deletes what the program does not register, and meets the guard first."""
    azure = copied(pair, tmp_path / "home")
    (azure.rehearsal.project / "__main__.py").write_text("")
    with azure.writes() as seen:
        said = azure.refused("up", *NOW, "--continue-on-error", "--stack", "primary")

    assert "DestroyGuard::guard" in said
    assert seen == []


def test_an_active_region_without_its_circuit_is_refused(pair: Path, tmp_path: Path) -> None:
    """`provisioned: false` would delete the connection by a `pulumi up`."""
    azure = copied(pair, tmp_path / "home")
    azure.change("primary", lambda c: _circuit(c).update(provisioned=False))
    with azure.writes() as seen:
        said = azure.refused("up", *NOW, "--stack", "primary")

    assert f"eastasia is active and would lose {PRIMARY}" in said
    assert seen == []


def _circuit(config: dict[str, Any]) -> dict[str, Any]:
    connections = config["sparehub:region"]["expressRoute"]["connections"]
    circuit: dict[str, Any] = connections["hong-kong"]["circuit"]
    return circuit


def test_the_switch_deletes_the_connection_past_the_guard(pair: Path, tmp_path: Path) -> None:
    """By `up`, by `up` held to a plan; the guard then stands without it, and refuses still."""
    azure = copied(pair, tmp_path / "home")
    azure.rehearsal.pulumi("config", "set", "activation", "standby", "--stack", "primary")
    plan = str(tmp_path / "plan.json")
    azure.rehearsal.pulumi("preview", "--save-plan", plan, "--stack", "primary")
    with azure.writes() as seen:
        azure.rehearsal.pulumi("up", *NOW, "--plan", plan, "--stack", "primary")
    assert seen == [("delete", PRIMARY)]
    assert azure.up("primary") == []
    azure.rehearsal.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", "primary")
    with azure.writes() as seen:
        azure.refused("destroy", *NOW, "--stack", "primary")
    assert seen == []
    assert azure.switch("primary", "active") == [("create", PRIMARY)]


@pytest.mark.long
def test_a_connection_that_is_gone_leaves_the_state_past_the_guard(
    pair: Path, tmp_path: Path
) -> None:
    """A refresh of it alone, as a failover does it; a deployment of it alone makes it again."""
    azure = copied(pair, tmp_path / "home")
    before = recorded(azure, "primary")
    connection = before[CONNECTION]
    assert azure.arm("DELETE", connection["id"]).status < 300
    target = ("--target", connection["urn"])
    azure.rehearsal.pulumi("refresh", *NOW, *target, "--stack", "primary")
    assert connection["urn"] not in recorded(azure, "primary")[GUARD]["dependencies"]

    with azure.writes() as seen:
        azure.rehearsal.pulumi("up", *NOW, *target, "--stack", "primary")
    assert seen == [("create", PRIMARY)]
    assert azure.up("primary") == []
    assert recorded(azure, "primary") == before


def test_what_is_gone_leaves_nothing_unguarded(pair: Path, tmp_path: Path) -> None:
    """A peering deleted by hand was all that led to the hub's half and to the spoke's network."""
    azure = copied(pair, tmp_path / "home")
    gone = recorded(azure, "primary")["region/spoke/spoke2/peering/spoke-to-hub"]
    assert azure.arm("DELETE", gone["id"]).status < 300
    azure.rehearsal.pulumi("refresh", *NOW, "--stack", "primary")
    assert gone["urn"] not in {each["urn"] for each in recorded(azure, "primary").values()}

    with azure.writes() as seen:
        azure.refused("destroy", *NOW, "--continue-on-error", "--stack", "primary")
    assert seen == []


def test_test_networks_of_a_drill_are_guarded_and_can_be_stopped(
    pair: Path, tmp_path: Path
) -> None:
    """Machines may be running in them; `drill: false` removes them all the same."""
    azure = copied(pair, tmp_path / "home")
    azure.change("secondary", lambda c: c.update({"sparehub:drill": True}))
    assert len(azure.up("secondary")) == 8
    with azure.writes() as seen:
        azure.refused("destroy", *NOW, "--stack", "secondary")
    assert seen == []

    azure.change("secondary", lambda c: c.update({"sparehub:drill": False}))
    assert [verb for verb, _ in azure.up("secondary")] == ["delete"] * 8


@pytest.mark.long
def test_the_gateway_goes_where_the_depth_becomes_network(pair: Path, tmp_path: Path) -> None:
    """Unprotected by hand where the region stands by; by a `pulumi up` while it is active."""
    azure = copied(pair, tmp_path / "home")
    network = {"depth": "network"}
    for stack in ("primary", "secondary"):
        azure.change(stack, lambda c: c["sparehub:region"].update(standby=network))
    gateway = recorded(azure, "secondary")[GATEWAY]["urn"]
    with azure.writes() as seen:
        said = azure.refused("up", "--yes", "--stack", "secondary")
    assert f"pulumi state unprotect '{gateway}'" in said
    assert seen == []
    azure.rehearsal.pulumi("state", "unprotect", gateway, "--yes", "--stack", "secondary")
    *updates, last = azure.up("secondary")
    assert {verb for verb, _ in updates} == {"update"}
    assert last == ("delete", "ergw-southeastasia")

    assert azure.up("primary") == []
    assert azure.switch("primary", "standby")[-2:] == [
        ("delete", PRIMARY),
        ("delete", "ergw-eastasia"),
    ]


@pytest.mark.long
def test_a_stack_older_than_the_guard_is_guarded_by_its_next_deployment(
    pair: Path, tmp_path: Path
) -> None:
    """Nothing is written to Azure for that; until then destroy cuts the region off."""
    azure = copied(pair, tmp_path / "home")
    unguard(azure, "primary")
    shutil.copytree(azure.rehearsal.home.path, tmp_path / "unguarded", symlinks=True)
    before = Engine.at(tmp_path / "unguarded")
    log = len(before.rehearsal.log())
    before.refused("destroy", *NOW, "--stack", "primary")
    assert f"/{PRIMARY}" in "".join(each.path for each in before.rehearsal.log()[log:])

    assert azure.up("primary") == []
    with azure.writes() as seen:
        azure.refused("destroy", *NOW, "--stack", "primary")
    assert seen == []


@pytest.mark.long
def test_stacks_older_than_the_guard_fail_over(pair: Path, tmp_path: Path) -> None:
    """One deletion and one creation; both stacks are guarded afterwards."""
    operator = Operator(copied(pair, tmp_path / "home"))
    for stack in ("primary", "secondary"):
        unguard(operator.engine, stack)
    with operator.engine.writes() as seen:
        done = operator.sparehub(*operator.confirmed("failover"))

    assert done.returncode == 0, done.stderr
    assert seen == [("delete", PRIMARY), ("create", SECONDARY)]
    with operator.engine.writes() as seen:
        for stack in ("primary", "secondary"):
            operator.engine.refused("destroy", *NOW, "--stack", stack)
    assert seen == []


def test_three_steps_take_a_stack_down(pair: Path, tmp_path: Path) -> None:
    """Unprotect, have the provider deprovision the circuit, destroy: nothing of it is left."""
    azure = copied(pair, tmp_path / "home")
    azure.rehearsal.pulumi("state", "unprotect", "--all", "--yes", "--stack", "primary")
    control.deprovision(azure.store, "erc-hong-kong")
    azure.rehearsal.pulumi("destroy", *NOW, "--stack", "primary")

    assert not {each for each in standing(azure) if "eastasia" in each.split("/")[4].split("-")}
    assert recorded(azure, "primary") == {}


def test_what_no_guard_holds_back(pair: Path, tmp_path: Path) -> None:
    """`--ignore-protect` deletes; `stack rm --force` forgets everything and deletes nothing."""
    azure = copied(pair, tmp_path / "home")
    ignoring = Engine.at(Path(shutil.copytree(azure.rehearsal.home.path, tmp_path / "ignoring")))
    log = len(ignoring.rehearsal.log())
    ignoring.refused("destroy", *NOW, "--ignore-protect", "--stack", "primary")
    assert f"/{PRIMARY}" in "".join(each.path for each in ignoring.rehearsal.log()[log:])

    with azure.writes() as seen:
        azure.rehearsal.pulumi("stack", "rm", "primary", "--force", "--yes")
    assert seen == []
