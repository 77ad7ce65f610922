"""Whether both regions may be live at once: the decision itself."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings

from sparehub.topology.config.enums import Prefers
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.live_regions import (
    Advertisement,
    Conflict,
    Reason,
    agreed_preference,
    conflict,
)
from tests.configurations import shipped
from tests.oracle.region import Region as Judged
from tests.oracle.region import may_both_be_live
from tests.topology.azure_bodies import given as what_no_resource_says
from tests.topology.azure_bodies import rendered
from tests.topology.live_pairs import CASES, FOURTH, OWNED, SUBSCRIPTION, THIRD, Case
from tests.topology.rules.rule_inputs import circuit, lent, stack

NETWORK = IPv4Network("10.1.0.0/24")
HALF = IPv4Network("10.1.0.128/25")
OTHER = IPv4Network("10.9.0.0/24")
NONE, PRIMARY, SECONDARY = Prefers


def shown(
    prefers: Prefers = NONE, *prefixes: IPv4Network, circuits: tuple[str, ...] = ()
) -> Advertisement:
    """Return an advertisement, of one network where none is named."""
    return Advertisement(
        prefixes=prefixes or (NETWORK,),
        circuit_ids=tuple(map(ResourceId.parse, circuits)),
        prefers=prefers,
    )


@pytest.mark.parametrize("one", Prefers)
@pytest.mark.parametrize("other", Prefers)
def test_the_same_addresses_may_be_live_twice_only_where_both_prefer_one_region(
    one: Prefers, other: Prefers
) -> None:
    """Preferences that differ count as none (ER-23)."""
    reason = Reason.NO_PREFERENCE if one is other else Reason.PREFERENCES_DIFFER
    allowed = one is other is not NONE
    expected = None if allowed else Conflict(prefixes=(NETWORK,), circuit="", reason=reason)

    assert conflict(shown(one), shown(other)) == expected
    assert agreed_preference((one, other)) == (one if allowed else None)


@pytest.mark.parametrize("prefers", Prefers)
def test_no_preference_lets_two_regions_share_a_circuit(prefers: Prefers) -> None:
    """ER-18, whoever owns it and however its id is written; two circuits are no such case."""
    group = OWNED.removeprefix(f"/subscriptions/{SUBSCRIPTION}")
    owner = shown(prefers, circuits=(group, FOURTH))
    both = conflict(shown(prefers, circuits=(THIRD, OWNED.upper())), owner)

    expected = Conflict(prefixes=(NETWORK,), circuit="ERC-HONG-KONG", reason=Reason.SHARED_CIRCUIT)
    assert both == expected
    assert (conflict(shown(prefers, circuits=(THIRD,)), owner) is None) is (prefers is not NONE)


@pytest.mark.parametrize(
    ("ours", "theirs", "common"),
    [
        ((OTHER, HALF), (NETWORK,), (HALF,)),
        ((OTHER, NETWORK), (HALF,), (NETWORK,)),
        ((OTHER, HALF, NETWORK), (NETWORK, OTHER), (NETWORK, HALF, OTHER)),
        ((OTHER,), (NETWORK,), ()),
        ((), (NETWORK,), ()),
    ],
)
def test_only_prefixes_that_share_an_address_conflict(
    ours: tuple[IPv4Network, ...],
    theirs: tuple[IPv4Network, ...],
    common: tuple[IPv4Network, ...],
) -> None:
    """One inside the other shares; a region that advertises nothing is in nobody's way."""
    one, other = (
        Advertisement(prefixes=each, circuit_ids=(ResourceId.parse(THIRD),), prefers=NONE)
        for each in (ours, theirs)
    )
    found = conflict(one, other)

    assert (found.prefixes if found else ()) == common


def test_a_circuit_without_a_connection_is_not_in_use() -> None:
    """ER-18 is about links: the region's own circuit is not provisioned, so it has none."""
    values = shipped("primary")
    keys = values["sparehub:region"]
    circuit(keys).update(provisioned=False)
    lent("third", THIRD)(keys)
    region = stack(values).region

    assert [*map(str, Advertisement.of(region).circuit_ids)] == [THIRD]
    assert set(map(str, Advertisement.complete(region).circuit_ids)) == {
        OWNED.removeprefix(f"/subscriptions/{SUBSCRIPTION}"),
        THIRD,
    }


@settings(max_examples=200, deadline=None)
@given(CASES)
def test_what_is_decided_of_a_pair_is_what_the_oracle_decides(case: Case) -> None:
    """From ARM resources, without the model; and the same in whichever order it is asked."""
    first, second = (each.region for each in case.pair)
    one, other = (
        Judged(name, rendered(region, SUBSCRIPTION), what_no_resource_says(region))
        for name, region in (("primary", first), ("secondary", second))
    )

    shows = Advertisement.of(first), Advertisement.of(second)
    found, back = conflict(*shows), conflict(*reversed(shows))
    assert (found is None) is may_both_be_live(one, other)
    assert (found and found.reason) == (back and back.reason)
