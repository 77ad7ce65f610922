"""Whether one region can take over from the other: location, names, networks."""

from collections.abc import Iterator, Mapping

from sparehub.topology.azure.geography import REGION_PAIRS, cloud_of
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.prefixes import overlapping
from sparehub.topology.model.resources import Circuit, Region, Spoke, Subnet
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.circuits import circuit_path
from sparehub.topology.rules.region.inspection import is_protected
from sparehub.topology.rules.region.networks import networks_of
from sparehub.topology.rules.rule import RuleFault, rule

# SR-01: regions that receive replicas of one region of their country only, and that region.
_IN_COUNTRY = {
    "switzerlandwest": "switzerlandnorth",
    "francesouth": "francecentral",
    "norwaywest": "norwayeast",
    "jioindiacentral": "jioindiawest",
    "brazilsoutheast": "brazilsouth",
    "southafricawest": "southafricanorth",
    "germanynorth": "germanywestcentral",
    "uaecentral": "uaenorth",
}
_FROM_BRAZIL_SOUTH = (
    "brazilsoutheast",
    "southcentralus",
    "westcentralus",
    "eastus",
    "eastus2",
    "westus",
    "westus2",
    "northcentralus",
)


def _groups(region: Region) -> Mapping[str, str]:
    """Return the resource groups that a stack creates, in lower case, with the path of each."""
    of_circuits = {
        circuit.resource_group.lower(): f"{circuit_path(circuit)}.resourceGroup"
        for circuit in region.circuits
        if isinstance(circuit, Circuit)
    }
    return {**of_circuits, region.resource_group.lower(): "region.resourceGroup"}


@rule("SR-19", why="The record of a resource group is in its region, and is lost with that region.")
def no_resource_group_is_shared(pair: Pair) -> Iterator[RuleFault]:
    """For networks and for circuits."""
    of_primary = _groups(pair.primary.region)
    for group, path in _groups(pair.secondary.region).items():
        if group in of_primary:
            message = f"{group} is a resource group of {pair.primary.name}: name another"
            yield RuleFault(path, message, pair.secondary.name)


@rule("SR-19", why="A failover must not depend on anything in the lost region.")
def no_referenced_circuit_is_in_the_primary_resource_group(pair: Pair) -> Iterator[RuleFault]:
    """In the resource group of its networks."""
    group = pair.primary.region.resource_group.lower()
    for circuit in pair.secondary.region.circuits:
        if not isinstance(circuit, Circuit) and circuit.id.resource_group.lower() == group:
            message = f"is in the resource group of {pair.primary.name}: give circuits their own"
            yield RuleFault(f"{circuit_path(circuit)}.id", message, pair.secondary.name)


@rule("VN-24", why="A subnet and its network security group are in one region.")
def no_security_group_is_in_the_other_region(pair: Pair) -> Iterator[RuleFault]:
    """In the resource group of its networks."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        group = other.region.resource_group.lower()
        for path, network in networks_of(stack):
            for subnet in network.subnets:
                identity = ResourceId.of(subnet.network_security_group_id or "")
                if identity.resource_group.lower() == group:
                    message = f"is in the resource group of {other.name}, so in its region"
                    path_of_group = f"{path}.subnets.{subnet.name}.networkSecurityGroupId"
                    yield RuleFault(path_of_group, message, stack.name)


@rule("SR-01", why="A region cannot be the replacement of itself.")
def the_two_regions_differ(pair: Pair) -> Iterator[RuleFault]:
    """By ``location``."""
    if pair.primary.region.location == pair.secondary.region.location:
        message = (
            f"{pair.secondary.region.location} is the region of {pair.primary.name}: choose another"
        )
        yield RuleFault("location", message, pair.secondary.name)


@rule(
    "SR-01",
    why="Site Recovery replicates between any two regions, except for some restricted ones.",
)
def site_recovery_replicates_to_the_secondary(pair: Pair) -> Iterator[RuleFault]:
    """Restricted regions receive from one region; Brazil South replicates to a few regions."""
    source, target = pair.primary.region.location, pair.secondary.region.location
    message = ""
    if _IN_COUNTRY.get(target, source) != source:
        message = f"{target} receives machines from {_IN_COUNTRY[target]} only, not from {source}"
    elif source == "brazilsouth" and target not in _FROM_BRAZIL_SOUTH:
        message = f"brazilsouth replicates to {', '.join(_FROM_BRAZIL_SOUTH)} only"
    elif target == "brazilsouth" and source not in _FROM_BRAZIL_SOUTH[:1]:
        message = f"brazilsouth receives no machines from {source}"
    if message:
        yield RuleFault("location", message, pair.secondary.name)


@rule("RG-04", why="National clouds are isolated from each other.")
def both_regions_are_in_the_same_cloud(pair: Pair) -> Iterator[RuleFault]:
    """China, US Government, and the public cloud."""
    first, second = (cloud_of(stack.region.location) for stack in pair)
    if first != second:
        message = f"{pair.secondary.region.location} is in the cloud {second}, not {first}"
        yield RuleFault("location", message, pair.secondary.name)


@rule(
    "RG-05",
    severity="warning",
    why="Azure recovers one region of each Azure pair first; this is advice, not a condition.",
)
def the_regions_are_an_azure_pair(pair: Pair) -> Iterator[RuleFault]:
    """Checked where Azure pairs the primary's region."""
    source, target = pair.primary.region.location, pair.secondary.region.location
    expected = REGION_PAIRS.get(source, target)
    if expected != target:
        message = f"{target} is not the Azure pair of {source}, which is {expected}"
        yield RuleFault("location", message, pair.secondary.name)


@rule("PE-05", why="A virtual network that is peered with both regions would have addresses twice.")
def no_virtual_network_belongs_to_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """By resource group and name; Azure ignores case."""
    first, second = pair
    if first.region.resource_group.lower() != second.region.resource_group.lower():
        return
    of_first = {network.name.lower() for _, network in networks_of(first)}
    for path, network in networks_of(second):
        if network.name.lower() in of_first:
            message = f"{network.name} is a virtual network of {first.name}: use another name"
            yield RuleFault(f"{path}.name", message, second.name)


@rule("SR-08", why="Site Recovery creates a missing network, without routes, gateway and peering.")
def every_protected_spoke_exists_in_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """Checked for spokes of the primary with a protected subnet."""
    for spoke, twin in _spokes(pair):
        if twin is None and any(_protected(pair.primary, spoke)):
            message = f"missing; {pair.primary.name} has protected subnets in this spoke"
            yield RuleFault(f"region.spokes.{spoke.key}", message, pair.secondary.name)


@rule(
    "SR-09",
    why="Site Recovery puts a machine into the subnet of the same name, else into the first.",
)
def every_protected_subnet_exists_in_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """By name, in the spoke of the same key."""
    for spoke, twin in _spokes(pair):
        for subnet in _protected(pair.primary, spoke) if twin else ():
            if _twin(subnet, twin) is None:
                path = f"region.spokes.{spoke.key}.subnets.{subnet.name}"
                message = f"missing; {pair.primary.name} has a protected subnet of this name"
                yield RuleFault(path, message, pair.secondary.name)


@rule("SR-12", why="A machine keeps its address only in a network with the same address space.")
def retained_addresses_are_identical_in_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """A spoke's address space equals the primary's, or does not overlap it."""
    for spoke, twin in _spokes(pair):
        if twin is None:
            continue
        path = f"region.spokes.{spoke.key}"
        space, in_primary = twin.virtual_network.address_space, spoke.virtual_network.address_space
        if set(space) != set(in_primary):
            if overlapping(space, in_primary):
                prefixes = ", ".join(map(str, space))
                message = (
                    f"{prefixes} overlaps the addresses of {pair.primary.name} and differs from "
                    "them: retain all of them or remap all of them"
                )
                yield RuleFault(f"{path}.addressSpace", message, pair.secondary.name)
            continue
        for subnet in _protected(pair.primary, spoke):
            target = _twin(subnet, twin)
            if target is not None and target.address_prefix != subnet.address_prefix:
                message = (
                    f"{target.address_prefix}, where {pair.primary.name} has "
                    f"{subnet.address_prefix}: machines could not keep their addresses"
                )
                path_of_subnet = f"{path}.subnets.{target.name}.addressPrefix"
                yield RuleFault(path_of_subnet, message, pair.secondary.name)


@rule("RT-25", why="After a failover the machines replicate back, which must bypass the NVA, too.")
def protected_subnets_are_protected_in_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """So that both have the storage endpoint."""
    for spoke, twin in _spokes(pair):
        for subnet in _protected(pair.primary, spoke) if twin else ():
            target = _twin(subnet, twin)
            if target is not None and not is_protected(pair.secondary, spoke.key, target.name):
                path = f"region.spokes.{spoke.key}.subnets.{target.name}.protected"
                message = f"must be true: {pair.primary.name} protects it, and failback needs it"
                yield RuleFault(path, message, pair.secondary.name)


def _spokes(pair: Pair) -> Iterator[tuple[Spoke, Spoke | None]]:
    """Yield the spokes of the primary, each with the spoke of the same key in the secondary."""
    in_secondary = {spoke.key: spoke for spoke in pair.secondary.region.spokes}
    for spoke in pair.primary.region.spokes:
        yield spoke, in_secondary.get(spoke.key)


def _protected(stack: Stack, spoke: Spoke) -> Iterator[Subnet]:
    for subnet in spoke.virtual_network.subnets:
        if is_protected(stack, spoke.key, subnet.name):
            yield subnet


def _twin(subnet: Subnet, spoke: Spoke | None) -> Subnet | None:
    """Return the subnet of the same name in a spoke."""
    return spoke.virtual_network.subnet(subnet.name) if spoke else None


@rule(
    "CONFIG",
    severity="warning",
    why="The interlock reads only the stack that pairedStack names.",
)
def stacks_name_each_other(pair: Pair) -> Iterator[RuleFault]:
    """In both files."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        paired = stack.config.paired_stack
        if paired != other.name:
            value = f"is {paired!r}" if paired else "is not set"
            message = f"{value}, so the interlock does not read {other.name!r}"
            yield RuleFault("pairedStack", message, stack.name)


PAIR_REGIONS = (
    no_resource_group_is_shared,
    no_referenced_circuit_is_in_the_primary_resource_group,
    no_security_group_is_in_the_other_region,
    the_two_regions_differ,
    site_recovery_replicates_to_the_secondary,
    both_regions_are_in_the_same_cloud,
    the_regions_are_an_azure_pair,
    no_virtual_network_belongs_to_both_regions,
    every_protected_spoke_exists_in_both_regions,
    every_protected_subnet_exists_in_both_regions,
    retained_addresses_are_identical_in_both_regions,
    protected_subnets_are_protected_in_both_regions,
    stacks_name_each_other,
)
