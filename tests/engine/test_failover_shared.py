"""One circuit for both regions, owned by somebody else: fenced by revocation, keys renewed."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from tests.engine.conftest import Engine
from tests.engine.operator import EVERYTHING, Operator, copied, die, hold, resume
from tests.engine.test_circuits import BORROWED, CIRCUIT, OTHERS, PEERING

pytestmark = pytest.mark.skipif(not EVERYTHING, reason="make faults")
# Revoking the primary's authorization deletes its connection.
GONE_WITH = {"primary": "con-eastasia-shared"}
PLACE = "sparehub:region.expressRoute.connections.shared.circuit.authorizationKey"


def lend_a_circuit(azure: Engine) -> dict[str, str]:
    """Make a circuit far from both regions; return a key for each of them."""
    far = {"location": "japaneast"}
    for path, body in (
        (OTHERS, far),
        (BORROWED, CIRCUIT | far),
        (f"{BORROWED}/peerings/AzurePrivatePeering", {"properties": PEERING}),
    ):
        assert azure.arm("PUT", path, body).status in {200, 201}
    keys = {}
    for stack in ("primary", "secondary"):
        azure.arm("PUT", f"{BORROWED}/authorizations/{stack}", {"properties": {}})
        issued = azure.arm("GET", f"{BORROWED}/authorizations/{stack}").body
        assert issued is not None
        keys[stack] = issued["properties"]["authorizationKey"]
    return keys


def share(config: dict[str, Any]) -> None:
    config["sparehub:region"]["expressRoute"]["connections"] = {
        "shared": {
            "circuit": {
                "id": BORROWED,
                "peeringLocation": "Hong Kong",
                "sku": {"tier": "Standard"},
                "bandwidthInMbps": 500,
            }
        }
    }


@pytest.fixture(scope="session")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return the home of a pair that shares a circuit, and its first keys."""
    home = tmp_path_factory.mktemp("sharing") / "home"
    azure = Engine(home, ("primary", "secondary"))
    keys = lend_a_circuit(azure)
    for stack, key in keys.items():
        azure.change(stack, share)
        azure.rehearsal.pulumi("config", "set", "--secret", "--path", PLACE, key, "--stack", stack)
        azure.up(stack)
    return home, keys


@pytest.fixture(scope="session")
def to_go_back(
    sharing: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the home of a pair that failed over as planned: the primary's key is used up."""
    home = tmp_path_factory.mktemp("shared-over") / "home"
    operator = Operator(copied(sharing[0], home))
    assert operator.sparehub(*operator.confirmed("failover")).returncode == 0
    return home


def test_revoked_while_the_region_is_down_and_renewed_for_the_way_back(
    sharing: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """Nothing is asked of the lost region, nothing is unfenced, no key is shown."""
    azure, keys = copied(sharing[0], tmp_path / "home"), sharing[1]
    operator = Operator(azure)
    control.add_fault(azure.store, FaultRequest("region-down", region="eastasia"))

    over = operator.sparehub(*operator.confirmed("failover", "--unplanned"))
    assert over.returncode == 0, over.stderr
    assert f"fenced from outside the region: authorization {BORROWED}/authorizations/primary" in (
        over.stderr
    )
    status = operator.status()
    assert [(each["stack"], each["unfenced"]) for each in status["debts"]] == [("primary", False)]

    control.clear_faults(azure.store)
    assert operator.sparehub("finish-fence", "--yes").returncode == 0
    back = operator.sparehub(*operator.confirmed("failback"))
    assert back.returncode == 0, back.stderr
    over_again = operator.sparehub(*operator.confirmed("failover"))
    assert over_again.returncode == 0, over_again.stderr

    for each in (over, back, over_again):
        assert not any(key in each.stdout + each.stderr for key in keys.values())
    assert operator.status()["active"] == ["secondary"]
    assert control.data_plane_faults(azure.store) == []
    hold(operator, "secondary", gone_with=GONE_WITH)


@pytest.mark.parametrize(
    "point",
    [
        "before:DELETE:",
        "after:DELETE:",
        "write:region/connection/shared/connection",
    ],
)
def test_killed_around_a_revocation(
    sharing: tuple[Path, dict[str, str]], tmp_path: Path, point: str
) -> None:
    """What was revoked already is not looked for again, and stays an open item."""
    operator = Operator(copied(sharing[0], tmp_path / "home"))
    store = operator.engine.store
    control.add_fault(store, FaultRequest("region-down", region="eastasia"))
    die(operator, point, *operator.confirmed("failover", "--unplanned"))
    resume(operator)
    control.clear_faults(store)
    finished = operator.sparehub("finish-fence", "--yes")
    assert finished.returncode == 0, finished.stderr
    hold(operator, "secondary", gone_with=GONE_WITH)


@pytest.mark.parametrize("point", ["before:PUT:", "after:PUT:", "after:spent:"])
def test_killed_while_a_key_is_renewed(to_go_back: Path, tmp_path: Path, point: str) -> None:
    """One authorization is issued, whichever time it is asked for."""
    operator = Operator(copied(to_go_back, tmp_path / "home"))
    die(operator, point, *operator.confirmed("failback"))
    resume(operator)
    issued = [
        entry.path.split("/")[-1]
        for entry in control.read_log(operator.engine.store)
        if "/authorizations/" in entry.path and entry.operation == "create"
    ]
    assert issued[:2] == ["primary", "secondary"]
    assert len(issued) == 3
    hold(operator, "primary")
