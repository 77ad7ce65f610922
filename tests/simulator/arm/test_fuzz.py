"""Azure answers every request, and a refused one leaves no trace."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from sparehub.simulator.arm.actions.table import ACTIONS
from sparehub.simulator.arm.types.registry import REGISTRY
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    GROUP,
    NETWORK,
    SUBSCRIPTION,
    Written,
    authorization,
    circuit,
    connection,
    firewall,
    gateway,
    group,
    interface,
    ip_configuration,
    load_balancer,
    local_gateway,
    machine,
    peering,
    private_peering,
    public_address,
    route,
    route_table,
    security_group,
    security_rule,
    subnet,
    virtual_network,
    vpn_gateway,
)
from tests.simulator.arm.json_paths import changed, leaves

_LEVELS = 70
_DEEP = json.loads("[" * _LEVELS + "]" * _LEVELS)
_STRANGE = st.sampled_from(
    [
        *("\ud800", "a\udfff", "\x00", "\x1b[31m", "\u202e", "a/../b", "%2e%2e", "a?b", "a#b"),
        *(10**30, -(10**30), 1 << 63, float("inf"), _DEEP, {"\ud800": 1}, {"": {"\x00": None}}),
    ]
)
_JSON = st.recursive(
    st.none()
    | _STRANGE
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["10.0.0.0/24", "ExpressRoute", "eastasia", f"{NETWORK}/virtualNetworks/hub"])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
_WORDS = st.sampled_from(
    [
        SUBSCRIPTION,
        "resourceGroups",
        "providers",
        "Microsoft.Network",
        "locations/x/operations",
        "rg",
        "hub",
        "",
        "é",
        "\ud800",
        "x\0",
        *[word for name in (*REGISTRY, *ACTIONS) for word in name.split("/")],
    ]
)
_PATHS = st.lists(_WORDS, max_size=10).map("/".join)


def _members(kind: str) -> st.SearchStrategy[object]:
    """Return bodies with the members of a type, and any values."""
    accepts = REGISTRY[kind].accepts
    names = sorted(accepts) if isinstance(accepts, dict) else []
    properties = st.fixed_dictionaries({}, optional=dict.fromkeys(names, _JSON))
    sku = st.fixed_dictionaries({}, optional=dict.fromkeys(["name", "tier", "family"], _JSON))
    return st.fixed_dictionaries(
        {"location": st.just("eastasia")}, optional={"properties": properties, "sku": sku}
    )


def _path(kind: str) -> str:
    if kind.endswith("resourcegroups"):
        return GROUP
    namespace, first, *child = kind.split("/")
    under = NETWORK if namespace == "microsoft.network" else f"{GROUP}/providers/{namespace}"
    return f"{under}/{first}/hub" + "".join(f"/{each}/x1" for each in child)


_WRITES = st.sampled_from(sorted(REGISTRY)).flatmap(
    lambda kind: st.tuples(st.just(_path(kind)), _members(kind))
)


def _answered(method: str, path: str, body: object) -> None:
    with TemporaryDirectory() as directory:
        arm = Arm(Path(directory))
        arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
        before = arm.dump()
        response = arm.send(method, path, body)
        assert arm.send("GET", f"{SUBSCRIPTION}/resourceGroups", None).status == 200
        arm.azure.store.close()
        assert response.status < 500
        json.dumps(response.body, ensure_ascii=False).encode()  # an answer is text
        if response.status >= 400:
            assert set((response.body or {})["error"]) == {"code", "message", "details"}
            assert Arm(Path(directory)).dump() == before


@settings(max_examples=60, derandomize=True, deadline=None)
@given(method=st.sampled_from(["GET", "PUT", "DELETE", "PATCH", "POST"]), path=_PATHS, body=_JSON)
def test_any_path_is_answered(method: str, path: str, body: object) -> None:
    """No path and no body ends in a traceback."""
    _answered(method, path, body)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(write=_WRITES)
def test_any_body_of_any_type_is_answered(write: tuple[str, object]) -> None:
    """Nor do the members that a type has, with any values."""
    _answered("PUT", *write)


def _scene() -> list[Written]:
    """Return one good write of each type, in an order in which Azure takes them."""
    nsg, nsg_body = security_group("nsg")
    table, _ = route_table("table")
    where = "hub/app"
    rule = security_rule("r", 100)
    one_route = route("r", "10.9.0.0/24", "VirtualAppliance", "10.0.0.68")
    return [
        group(),
        virtual_network("hub", "10.0.0.0/24"),
        virtual_network("spoke", "10.1.0.0/24"),
        (nsg, nsg_body | {"properties": {"securityRules": [rule]}}),
        (f"{nsg}/securityRules/s", security_rule("s", 200)),
        route_table("table", one_route),
        (f"{table}/routes/s", route("s", "10.8.0.0/24", "None")),
        subnet("hub", "GatewaySubnet", "10.0.0.0/26"),
        subnet("hub", "app", "10.0.0.64/26", routeTable={"id": table}),
        subnet("hub", "AzureFirewallSubnet", "10.0.0.128/26"),
        gateway("gateway", "hub"),
        public_address("pip"),
        vpn_gateway("vpn", "hub", "pip"),
        local_gateway("site", "192.168.0.0/16"),
        peering("hub", "spoke", allowGatewayTransit=True),
        peering("spoke", "hub", useRemoteGateways=True),
        circuit("circuit"),
        private_peering("circuit"),
        authorization("circuit", "key"),
        connection("connection", "gateway", "circuit"),
        interface("nic", where),
        machine("vm", "nic"),
        load_balancer("lb", ip_configuration("front", where)),
        firewall("fw", ip_configuration("fw", "hub/AzureFirewallSubnet")),
    ]


_MUTANTS = st.sampled_from(_scene()).flatmap(
    lambda write: st.tuples(
        st.just(write), st.sampled_from([(), *leaves(write[1])]), _JSON, st.booleans()
    )
)


def test_a_good_body_with_one_bad_value_is_answered(tmp_path: Path) -> None:
    """Of every type, created or updated; then all that can be asked of what is there."""
    arm = Arm(tmp_path)
    for write in _scene():
        arm.put(*write)

    @settings(max_examples=400, derandomize=True, deadline=None)
    @given(mutant=_MUTANTS)
    def answered(mutant: tuple[Written, tuple[object, ...], object, bool]) -> None:
        (path, body), where, junk, new = mutant
        response = arm.send("PUT", f"{path}2" if new else path, changed(body, where, junk))
        assert response.status < 500
        assert arm.send("GET", path).status in (200, 404)

    answered()
    for line in sorted({each.path for each in arm.log()}):
        for action in ACTIONS:
            method, _, kind = action.partition(" ")
            name = kind.rpartition("/")[2]
            for tail in (name, f"{name}/primary"):
                assert arm.send(method, f"{line}/{tail}", None).status < 500
