"""Examples of the rules of one region's circuits and connections."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.pair import fences, records
from sparehub.topology.rules.region import circuits, subscriptions
from sparehub.topology.rules.rule import Rule
from tests.configurations import OURS, THEIRS
from tests.topology.rules.rule_inputs import (
    Example,
    both,
    circuit,
    connections,
    gateway,
    in_region,
    lent,
    model,
    more_circuits,
    nothing,
    primary,
    spokes,
    whole,
)

CONNECTIONS = "region.expressRoute.connections"
CIRCUIT = f"{CONNECTIONS}.hong-kong.circuit"
LENT = f"{OURS}/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/"
ANOTHER = THEIRS.split("/")[2]
ON_PREMISES = [f"192.168.{n // 64}.{4 * (n % 64)}/30" for n in range(4001)]


def two_keys(first: str, second: str) -> Callable[[], Stack]:
    """Return a region that two circuits were lent to, with these authorization keys."""
    return primary(
        both(
            lent("a", f"{LENT}a", authorizationKey=first),
            lent("b", f"{LENT}b", authorizationKey=second),
        )
    )


def in_a_new_region(values: dict[str, Any]) -> None:
    """Move a region, and the record of its circuit, to one that we do not know yet."""
    values["azure-native:location"] = "atlantisnorth"
    circuit(values["sparehub:region"])["location"] = "atlantisnorth"


def borrowing(subscription: str, key: str) -> Callable[[], Stack]:
    """Return a region in a subscription that borrows a circuit of another, with a key or none."""
    more = {"authorizationKey": key} if key else {}

    def change(values: dict[str, Any]) -> None:
        in_region(lent("a", f"{LENT}a", **more))(values)
        if subscription:
            values["azure-native:subscriptionId"] = subscription

    return whole(change)


EXAMPLES: tuple[tuple[Rule[Stack], Example], ...] = (
    (
        circuits.peering_locations_are_known,
        Example(
            primary(lambda r: circuit(r).update(peeringLocation="Atlantis")),
            f"{CIRCUIT}.peeringLocation",
            "'Atlantis' is not a known peering location",
            primary(lambda r: circuit(r).update(peeringLocation="hong kong2")),
        ),
    ),
    (
        circuits.region_is_known,
        Example(
            whole(lambda v: v.update({"azure-native:location": "atlantisnorth"})),
            "location",
            "'atlantisnorth' is not a known region",
            whole(lambda v: v.update({"azure-native:location": "southeastasia"})),
        ),
    ),
    (
        fences.connections_to_referenced_circuits_have_their_own_authorization,
        Example(
            primary(lent("x", f"{LENT}c")),
            f"{CONNECTIONS}.x.circuit.authorizationKey",
            "missing: if this region is lost, it can be fenced only by disabling",
            primary(lent("x", f"{LENT}c", authorizationKey="[secret]")),
        ),
    ),
    (
        records.circuit_records_are_in_known_regions,
        Example(
            primary(lambda r: circuit(r).update(location="Atlantis North")),
            f"{CIRCUIT}.location",
            "'atlantisnorth' is not a known region of Azure",
            primary(lambda r: circuit(r).update(location="Spain Central")),
        ),
    ),
    (
        records.circuit_records_are_in_known_regions,
        Example(
            primary(lambda r: circuit(r).update(location="usgovtexas")),
            f"{CIRCUIT}.location",
            "usgovtexas is in the cloud US Government, eastasia is in Public",
            # The region's own, which is warned of by itself.
            whole(in_a_new_region),
        ),
    ),
    (
        circuits.standard_circuits_reach_the_region,
        Example(
            primary(lambda r: circuit(r).update(peeringLocation="Tokyo")),
            f"{CIRCUIT}.sku.tier",
            "at Tokyo (Japan) does not reach eastasia (Asia): make it Premium",
            primary(
                lambda r: circuit(r).update(
                    peeringLocation="Tokyo", sku={"tier": "Premium", "family": "MeteredData"}
                )
            ),
        ),
    ),
    (
        circuits.local_circuits_reach_the_region,
        Example(
            primary(
                lambda r: circuit(r).update(
                    peeringLocation="Singapore", sku={"tier": "Local", "family": "UnlimitedData"}
                )
            ),
            f"{CIRCUIT}.sku.tier",
            "at Singapore reaches southeastasia only, not eastasia",
            primary(lambda r: circuit(r).update(sku={"tier": "Local", "family": "UnlimitedData"})),
        ),
    ),
    (
        circuits.circuits_are_provisioned,
        Example(
            primary(lambda r: circuit(r).update(provisioned=False)),
            f"{CIRCUIT}.provisioned",
            "erc-hong-kong is not provisioned",
            primary(nothing),
        ),
    ),
    (
        circuits.links_do_not_overlap_virtual_networks,
        Example(
            primary(
                lambda r: circuit(r)["privatePeering"].update(
                    primaryPeerAddressPrefix="10.1.0.0/30"
                )
            ),
            f"{CIRCUIT}.privatePeering.primaryPeerAddressPrefix",
            "10.1.0.0/30 overlaps 10.1.0.0/24 of a virtual network",
            primary(
                lambda r: circuit(r)["privatePeering"].update(
                    primaryPeerAddressPrefix="10.1.1.0/30"
                )
            ),
        ),
    ),
    (
        circuits.authorization_keys_are_used_once,
        Example(
            two_keys("one", "one"),
            f"{CONNECTIONS}.b.circuit.authorizationKey",
            "the key of a is the same",
            two_keys("one", "other"),
        ),
    ),
    (
        subscriptions.circuits_of_another_subscription_have_an_authorization_key,
        Example(
            borrowing(ANOTHER, ""),
            f"{CONNECTIONS}.a.circuit.authorizationKey",
            f"is in another subscription than this stack ({OURS.split('/')[2]}): ask its owner",
            borrowing(ANOTHER, "[secret]"),
        ),
    ),
    (
        subscriptions.circuits_of_another_subscription_have_an_authorization_key,
        Example(
            borrowing(ANOTHER, ""),
            f"{CONNECTIONS}.a.circuit.authorizationKey",
            "missing; the circuit is in another subscription",
            borrowing(OURS.split("/")[2].upper(), ""),
        ),
    ),
    (
        subscriptions.subscriptions_are_known_where_a_key_is_missing,
        Example(
            borrowing("", ""),
            f"{CONNECTIONS}.a.circuit.authorizationKey",
            f"missing, and needed unless the circuit's subscription ({OURS.split('/')[2]}) is this",
            borrowing("", "[secret]"),
        ),
    ),
    (
        subscriptions.subscriptions_are_known_where_a_key_is_missing,
        Example(
            borrowing("[secret]", ""),
            f"{CONNECTIONS}.a.circuit.authorizationKey",
            "set azure-native:subscriptionId",
            borrowing(ANOTHER, ""),
        ),
    ),
    (
        circuits.gateway_supports_the_number_of_circuits,
        Example(
            primary(more_circuits(4, "Singapore")),
            CONNECTIONS,
            "5 circuits; a gateway ErGw1AZ supports 4",
            primary(
                both(more_circuits(4, "Singapore"), lambda r: gateway(r).update(sku="ErGw2AZ"))
            ),
        ),
    ),
    (
        circuits.circuits_per_peering_location_stay_within_the_limit,
        Example(
            primary(more_circuits(4, "Hong Kong")),
            CONNECTIONS,
            "5 circuits at Hong Kong",
            primary(more_circuits(4, "Hong Kong", "Singapore")),
        ),
    ),
    (
        circuits.circuits_per_region_stay_within_the_limit,
        Example(
            primary(more_circuits(10, "Singapore")),
            CONNECTIONS,
            "11 circuits of this stack in japaneast",
            primary(more_circuits(9, "Singapore")),
        ),
    ),
    (
        circuits.circuits_use_different_peering_locations,
        Example(
            primary(more_circuits(1, "Hong Kong")),
            CONNECTIONS,
            "2 circuits at Hong Kong fail with it",
            primary(more_circuits(1, "Hong Kong2")),
        ),
    ),
    (
        circuits.advertised_prefixes_stay_within_the_limit,
        Example(
            primary(spokes(500, prefixes=2)),
            "region.spokes",
            "1001 prefixes with the hub's",
            primary(spokes(499, prefixes=2)),
        ),
    ),
    (
        circuits.learned_prefixes_stay_within_the_limit,
        Example(
            primary(lambda r: r["onPremises"].update(addressPrefixes=ON_PREMISES)),
            "region.onPremises.addressPrefixes",
            "4001 prefixes; gateway and circuits accept 4000",
            primary(lambda r: r["onPremises"].update(addressPrefixes=ON_PREMISES[:4000])),
        ),
    ),
    (
        circuits.routing_weights_are_set_on_several_connections,
        Example(
            primary(lambda r: connections(r)["hong-kong"].update(routingWeight=10)),
            f"{CONNECTIONS}.hong-kong.routingWeight",
            "10 has no effect",
            primary(
                both(
                    lambda r: connections(r)["hong-kong"].update(routingWeight=10),
                    more_circuits(1, "Singapore"),
                )
            ),
        ),
    ),
    (
        circuits.spokes_wait_for_the_connection_above_200_prefixes,
        Example(
            model(lambda r: replace(r, spokes_wait_for_connections=False), primary(spokes(200))),
            "region.spokes",
            "201 prefixes",
            primary(spokes(200)),
        ),
    ),
)
