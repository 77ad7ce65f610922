"""What holds for every configuration that a second region is derived from."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sparehub.topology.config.secrets import without_secrets
from sparehub.topology.derivation.circuits import fill_placeholders
from sparehub.topology.derivation.derive import Derivation, DeriveRequest, derive
from tests.configurations import region_of
from tests.topology.strategies import configurations

THERE = "10.0.0.0/8=11.0.0.0/8"
BACK = "11.0.0.0/8=10.0.0.0/8"
WANTED = st.builds(
    DeriveRequest,
    location=st.just("japaneast"),
    remaps=st.sampled_from([(), (THERE,)]),
    peering_location=st.just("Tokyo"),
)


def filled(derivation: Derivation) -> dict[str, Any]:
    """Return the derived keys, what is to be filled in filled in."""
    values = dict(derivation.values)
    express_route = values["sparehub:region"]["expressRoute"]
    express_route["connections"] = fill_placeholders(express_route["connections"])
    return values


def addresses(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a region says of addresses, by spoke and subnet."""
    region = region_of(without_secrets(values))
    networks = (region.hub, *(spoke.virtual_network for spoke in region.spokes))
    return {
        "spaces": [network.address_space for network in networks],
        "subnets": [[(s.name, s.address_prefix) for s in n.subnets] for n in networks],
        "routes": [table.routes for table in region.route_tables],
        "dns": [network.dns_servers for network in networks],
        "nva": region.nva,
    }


def without_keys(values: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration whose authorization keys are encrypted, as in a stack file."""
    for connection in values["sparehub:region"]["expressRoute"]["connections"].values():
        if connection["circuit"].get("authorizationKey"):
            connection["circuit"]["authorizationKey"] = {"secure": "v1:cipher"}
    return values


@settings(max_examples=50)
@given(configurations().map(without_keys), WANTED)
def test_a_derived_region_builds_and_derives_to_itself(
    values: dict[str, Any], wanted: DeriveRequest
) -> None:
    """Standing by, and running again changes nothing, with or without the options."""
    derivation = derive(values, wanted)

    region = region_of(filled(derivation))
    assert (region.location, region.activation, region.depth) == ("japaneast", "standby", "gateway")
    assert derive(values, wanted, derivation.values).values == derivation.values
    assert derive(values, DeriveRequest(), derivation.values).values == derivation.values


@settings(max_examples=50)
@given(configurations().map(without_keys))
def test_the_same_circuits_are_the_first_regions(values: dict[str, Any]) -> None:
    """Every one, by id, with the keys of the first region's connections."""
    derivation = derive(values, DeriveRequest(location="japaneast", same_circuit=True))

    connections = derivation.values["sparehub:region"]["expressRoute"]["connections"]
    assert list(connections) == sorted(values["sparehub:region"]["expressRoute"]["connections"])
    assert region_of(filled(derivation)).location == "japaneast"


@settings(max_examples=50)
@given(configurations().map(without_keys))
def test_moving_there_and_back_gives_the_first_regions_addresses(values: dict[str, Any]) -> None:
    """For every valid region."""
    there = derive(
        values, DeriveRequest(location="japaneast", peering_location="Tokyo", remaps=(THERE,))
    )
    back = DeriveRequest(
        primary="secondary",
        secondary="primary",
        location="westus",
        remaps=(BACK,),
        peering_location="Seattle",
    )

    returned = derive(filled(there), back)

    assert addresses(filled(returned)) == addresses(values)
    assert addresses(filled(there)) != addresses(values)
