"""Others on the lost region's circuit, and routers that stay silent: on the local Azure."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from tests.engine.conftest import Engine
from tests.engine.operator import EVERYTHING, HONG_KONG, Operator, copied, lose_primary, resume

THEIRS = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg-theirs"
NETWORK = f"{THEIRS}/providers/Microsoft.Network"
CONNECTION = f"{NETWORK}/connections/con-theirs"


def join(engine: Engine) -> None:
    """Connect another team's network, in a healthy region, to the primary's circuit."""

    def put(path: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = engine.arm("PUT", path, {**more, "properties": properties})
        assert answer.status in {200, 201}, answer.body
        return dict(answer.body or {})

    place = {"location": "southeastasia"}
    put(THEIRS, {}, **place)
    network = f"{NETWORK}/virtualNetworks/vnet-theirs"
    put(network, {"addressSpace": {"addressPrefixes": ["10.50.0.0/24"]}}, **place)
    subnet = f"{network}/subnets/GatewaySubnet"
    put(subnet, {"addressPrefix": "10.50.0.0/27"})
    gateway = f"{NETWORK}/virtualNetworkGateways/ergw-theirs"
    inside = {"name": "default", "properties": {"subnet": {"id": subnet}}}
    sku = {"name": "ErGw1AZ", "tier": "ErGw1AZ"}
    kind = {"gatewayType": "ExpressRoute", "sku": sku, "ipConfigurations": [inside]}
    put(gateway, kind, **place)
    key = put(f"{HONG_KONG}/authorizations/theirs", {})["properties"]["authorizationKey"]
    ends = {"virtualNetworkGateway1": {"id": gateway}, "peer": {"id": HONG_KONG}}
    kind = {"connectionType": "ExpressRoute", "authorizationKey": key}
    put(CONNECTION, {**ends, **kind}, **place)


def learned(engine: Engine) -> set[str]:
    """Return what the other team's gateway learns over the circuit."""
    path = f"{NETWORK}/virtualNetworkGateways/ergw-theirs/getLearnedRoutes"
    rows = (engine.arm("POST", path).body or {})["value"]
    return {row["network"] for row in rows if row["asPath"]}


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    found = Operator(copied(pair, tmp_path / "home"))
    join(found.engine)
    lose_primary(found.engine, circuit=False)
    return found


def test_a_bystander_keeps_its_routes_and_is_named(operator: Operator) -> None:
    """Exit code 6, with its prefix; nothing is written. The filters of a ticket cut nobody."""
    before = control.read_log(operator.engine.store)
    refused = operator.sparehub(*operator.confirmed("failover", "--unplanned"))
    assert refused.returncode == 6, refused.stderr
    said = " ".join(refused.stderr.split())
    assert f"would also cut: connection {CONNECTION}: 10.50.0.0/24" in said
    assert control.read_log(operator.engine.store) == before

    ticket = ("--fenced-on-premises", "CHG-1")
    done = operator.sparehub(*operator.confirmed("failover", "--unplanned", *ticket))
    assert done.returncode == 0, done.stderr
    assert learned(operator.engine) == {"192.168.0.0/16"}
    items = operator.status()["debts"]
    assert [(each["unfenced"], each["ticket"]) for each in items] == [(False, "CHG-1")]


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
def test_a_cut_that_is_accepted_cuts_and_is_given_back(operator: Operator) -> None:
    """By `finish-fence`, once the region is back and disconnected by its own stack."""
    accepted = ("--accept-cut", "they agreed by telephone")
    done = operator.sparehub(*operator.confirmed("failover", "--unplanned", *accepted))
    assert done.returncode == 0, done.stderr
    assert learned(operator.engine) == set()
    control.clear_faults(operator.engine.store)
    finished = operator.sparehub("finish-fence", "--yes")
    assert finished.returncode == 0, finished.stderr
    assert learned(operator.engine) == {"192.168.0.0/16"}


@pytest.mark.long
def test_routers_that_stay_silent_halt_an_activation(pair: Path, tmp_path: Path) -> None:
    """A planned one is refused before; an unplanned one stops, and goes on once they speak."""
    operator = Operator(copied(pair, tmp_path / "home"))
    store = operator.engine.store
    control.advertise(store, [], "erc-singapore")
    before = control.read_log(store)
    refused = operator.sparehub(*operator.confirmed("failover"))
    assert refused.returncode == 3, refused.stderr
    assert "circuit singapore does not reach on-premises" in refused.stderr
    assert control.read_log(store) == before

    halted = operator.sparehub(*operator.confirmed("failover", "--unplanned"))
    assert halted.returncode == 5, halted.stderr
    assert "is connected and does not reach on-premises" in " ".join(halted.stderr.split())
    resume(operator, code=5)
    control.advertise(store, ["192.168.0.0/16"], "erc-singapore")
    assert resume(operator)["active"] == ["secondary"]
