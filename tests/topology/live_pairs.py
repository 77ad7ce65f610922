"""Pairs of stack files by everything that decides whether both regions may be live at once."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from sparehub.topology.config.enums import Activation, Depth, Prefers
from sparehub.topology.rules.pair.subject import Pair
from tests.configurations import shipped
from tests.topology.reachability.pairs import remapped
from tests.topology.rules.rule_inputs import circuit, connections, lent, stack

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
_PATH = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{}}/providers/Microsoft.Network"
OWNED = _PATH.format("rg-sparehub-erc-hong-kong") + "/expressRouteCircuits/erc-hong-kong"
THIRD = _PATH.format("rg-circuits") + "/expressRouteCircuits/erc-third"
FOURTH = _PATH.format("rg-circuits") + "/expressRouteCircuits/erc-fourth"
HALF = "10.1.0.128/25"
Keys = dict[str, Any]


def retained(_region: Keys) -> None:
    """Leave the addresses of the primary."""


def hub_apart(region: Keys) -> None:
    spokes = region["spokes"]
    region["spokes"] = {}
    remapped(region)
    region["spokes"] = spokes


def inside(region: Keys) -> None:
    """Leave half of one spoke's addresses in common."""
    remapped(region)
    region["spokes"]["spoke1"] = {
        "addressSpace": [HALF],
        "subnets": {"app": {"addressPrefix": HALF}},
    }


def own(_first: Keys, _second: Keys) -> None:
    """Leave each region its circuit."""


def owner_lends(first: Keys, second: Keys) -> None:
    """Let the secondary use the primary's circuit alone."""
    del first
    connections(second).clear()
    lent("hong-kong", OWNED.upper())(second)


def both_own(first: Keys, second: Keys) -> None:
    """Describe one circuit in both files, by group and name."""
    connections(second)["singapore"] = deepcopy(connections(first)["hong-kong"])
    circuit(second).update(name="ERC-hong-kong", resourceGroup="rg-sparehub-erc-HONG-KONG")


def both_borrow(first: Keys, second: Keys) -> None:
    """Let both use a third circuit, and their own besides."""
    lent("third", THIRD)(first)
    lent("other", THIRD.lower())(second)


def each_borrows(first: Keys, second: Keys) -> None:
    """Let each use another circuit besides its own."""
    lent("third", THIRD)(first)
    lent("fourth", FOURTH)(second)


def owner_waits(first: Keys, second: Keys) -> None:
    """Let the secondary borrow what the primary owns and does not use; both have another one."""
    circuit(first).update(provisioned=False)
    lent("third", THIRD)(first)
    lent("hong-kong", OWNED)(second)


ADDRESSES = (retained, hub_apart, inside, remapped)
CIRCUITS = (own, owner_lends, both_own, both_borrow, each_borrows, owner_waits)


@dataclass(frozen=True)
class Case:
    """One way to fill in both files."""

    addresses: Callable[[Keys], None]
    circuits: Callable[[Keys, Keys], None]
    prefers: tuple[Prefers, Prefers]
    activations: tuple[Activation, Activation]
    depths: tuple[Depth, Depth]

    @property
    def values(self) -> tuple[Keys, Keys]:
        """The keys of both files."""
        files = shipped("primary"), shipped("secondary")
        first, second = (each["sparehub:region"] for each in files)
        self.addresses(second)
        self.circuits(first, second)
        chosen = zip(files, self.prefers, self.activations, self.depths, strict=True)
        for keys, prefers, activation, depth in chosen:
            keys["sparehub:activation"] = activation.value
            keys["sparehub:region"]["onPremises"]["prefers"] = prefers.value
            keys["sparehub:region"]["standby"] = {"depth": depth.value}
        return files

    @property
    def pair(self) -> Pair:
        """Both stacks."""
        first, second = self.values
        return Pair(stack(first, "primary"), stack(second, "secondary"))


CASES = st.builds(
    Case,
    st.sampled_from(ADDRESSES),
    st.sampled_from(CIRCUITS),
    st.tuples(st.sampled_from(Prefers), st.sampled_from(Prefers)),
    st.tuples(st.sampled_from(Activation), st.sampled_from(Activation)),
    st.tuples(st.sampled_from(Depth), st.sampled_from(Depth)),
)
