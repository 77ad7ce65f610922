"""One circuit for both regions, owned by somebody else: fenced by revocation, keys renewed."""

from collections.abc import Callable
from typing import Any

from simulator import control
from simulator.arm.faults import Order
from tests.engine.conftest import Engine
from tests.engine.failing_over import Operator
from tests.engine.test_circuits import BORROWED, CIRCUIT, OTHERS, PEERING

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


def test_revoked_while_the_region_is_down_and_renewed_for_the_way_back(
    engine: Callable[..., Engine],
) -> None:
    """Nothing is asked of the lost region, nothing is unfenced, no key is shown."""
    azure = engine("primary", "secondary")
    keys = lend_a_circuit(azure)
    for stack, key in keys.items():
        azure.change(stack, share)
        azure.rehearsal.pulumi("config", "set", "--secret", "--path", PLACE, key, "--stack", stack)
        azure.up(stack)
    operator = Operator(azure)
    control.add_fault(azure.store, Order("region-down", region="eastasia"))

    over = operator.sparehub(*operator.confirmed("failover", "--unplanned"))
    assert over.returncode == 0, over.stderr
    assert f"fenced without the region: authorization {BORROWED}/authorizations/primary" in (
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
