"""The oracle catches a fault of one line, wherever it is put into the verifier."""

from dataclasses import replace
from functools import cache
from ipaddress import IPv4Network
from random import Random
from typing import Any

import pytest

from sparehub.topology.config.enums import Prefers
from sparehub.topology.model import resources
from tests.configurations import region_of
from tests.oracle.comparison import Said, by_oracle, by_verifier
from tests.oracle.mutations import JUDGED, MUTATIONS, Mutation, mutated
from tests.topology.fault_strategies import Scene, faulty_scene, mixing
from tests.topology.peered_hubs import peered
from tests.topology.reachability.pairs import pair, table, with_route, with_table

# Each fault that a draw can show, three of these do.
SEEDS = (0, 11, 23, 32, 41, 65, 95, 97, 141, 185, 199, 228, 231, 306, 322, 406, 412, 435, 502, 518)
ACCESS = ("allow_virtual_network_access", "allow_forwarded_traffic")
UNTOUCHED = Mutation("verify", "def verify(", "def verify(")


def full(prefixes: int) -> resources.Region:
    """Return the active primary with so many prefixes in all (ER-21)."""
    region = pair()["primary"]
    first, *others = region.spokes
    network = first.virtual_network
    missing = prefixes - len(region.address_prefixes)
    more = (IPv4Network((0x0B000000 + (n << 8), 24)) for n in range(missing))
    grown = replace(network, address_space=(*network.address_space, *more))
    return replace(region, spokes=(replace(first, virtual_network=grown), *others))


def half_inspected() -> resources.Region:
    """Return the active primary with its NVA on the way to a part of on-premises, and none back."""
    region = pair()["primary"]
    (default,) = table(region, "spokes").routes
    part = replace(default, address_prefix=IPv4Network("192.168.1.0/24"))
    bypassed = with_table(region, "spokes", disable_bgp_route_propagation=False, routes=(part,))
    return with_table(bypassed, "gateway", routes=())


def shared_local() -> resources.Region:
    """Return the active primary whose spokes share a table with a route to the own network."""
    return with_route(pair()["primary"], "spokes", "10.0.0.0/15", "VnetLocal")


def learns_a_default_route() -> resources.Region:
    """Return the active primary that learns a default route and nothing else (ER-25)."""
    region = with_table(pair()["primary"], "nva", routes=())
    on_premises = replace(region.on_premises, address_prefixes=(IPv4Network("0.0.0.0/0"),))
    return replace(region, on_premises=on_premises)


def contradictory() -> Scene:
    """Return both regions live, each of which calls itself the preferred one (ER-23)."""
    return Scene(
        {
            stack: replace(region, on_premises=replace(region.on_premises, prefers=Prefers(stack)))
            for stack, region in pair("active", "active").items()
        }
    )


def peered_hubs(off: str) -> Scene:
    """Return both regions with peered hubs, a flag of the secondary's half off."""
    regions = {stack: region_of(peered(stack)) for stack in ("primary", "secondary")}
    (peering,) = regions["secondary"].hub_peerings
    change: dict[str, Any] = {off: False} if off else {}
    half = replace(peering, half=replace(peering.half, **change))
    regions["secondary"] = replace(regions["secondary"], hub_peerings=(half,))
    return Scene(regions)


@cache
def judged() -> tuple[tuple[Scene, Said], ...]:
    """Return fixed scenes and what the oracle says: drawn by seeds, and what none would draw."""
    drawn = [faulty_scene(Random(seed).choice) for seed in SEEDS]  # noqa: S311 - fixed, not secret
    regions = (half_inspected(), full(1000), full(1001), shared_local(), learns_a_default_route())
    made = [Scene({"primary": region}) for region in regions]
    made += [contradictory(), mixing("192.168.0.0/16"), mixing("10.11.0.0/24")]
    made.append(mixing("192.168.0.0/16", one_circuit=False))
    made += [peered_hubs(flag) for flag in ("", "connected", *ACCESS)]
    return tuple((scene, by_oracle(scene)) for scene in (*drawn, *made))


def caught(mutation: Mutation) -> int | None:
    """Return the first scene that a changed verifier judges otherwise than the oracle."""
    with mutated(mutation) as modules:
        for number, (scene, said) in enumerate(judged()):
            if by_verifier(scene, modules["routes"], modules["verify"]) != said:
                return number
    return None


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_the_oracle_catches(mutation: Mutation) -> None:
    """One fixed scene at least comes out otherwise."""
    assert caught(mutation) is not None


def test_the_oracle_has_nothing_to_catch_in_the_verifier_as_it_is() -> None:
    """The rejected twin: imported the same way, unchanged, it agrees on every scene."""
    assert caught(UNTOUCHED) is None
    assert {mutation.module for mutation in MUTATIONS} <= set(JUDGED)
