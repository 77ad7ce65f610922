"""Whatever is sent, Azure answers, and what it refuses leaves no trace."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.arm.registry import REGISTRY
from tests.simulator.arm_client import Arm
from tests.simulator.bodies import GROUP, NETWORK, SUBSCRIPTION

_JSON = st.recursive(
    st.none()
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
        *[word for name in REGISTRY for word in name.split("/")],
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
    _, first, *child = kind.split("/")
    return f"{NETWORK}/{first}/hub" + "".join(f"/{each}/x1" for each in child)


_WRITES = st.sampled_from(sorted(REGISTRY)).flatmap(
    lambda kind: st.tuples(st.just(_path(kind)), _members(kind))
)


def _answered(method: str, path: str, body: object) -> None:
    with TemporaryDirectory() as directory:
        arm = Arm(Path(directory))
        arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
        before = arm.dump()
        response = arm.send(method, path, body)
        arm.azure.store.close()
        assert response.status < 500
        if response.status >= 400:
            assert set((response.body or {})["error"]) == {"code", "message", "details"}
            assert Arm(Path(directory)).dump() == before


@settings(max_examples=60)
@given(method=st.sampled_from(["GET", "PUT", "DELETE", "PATCH"]), path=_PATHS, body=_JSON)
def test_any_path_is_answered(method: str, path: str, body: object) -> None:
    """No path and no body ends in a traceback."""
    _answered(method, path, body)


@settings(max_examples=200)
@given(write=_WRITES)
def test_any_body_of_any_type_is_answered(write: tuple[str, object]) -> None:
    """Nor do the members that a type has, with whatever values."""
    _answered("PUT", *write)
