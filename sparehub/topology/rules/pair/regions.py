"""Whether one region can take over from the other: its place, its names, its networks."""

from collections.abc import Iterator, Mapping

from sparehub.topology.azure.geography import REGION_PAIRS, cloud_of
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.prefixes import overlapping
from sparehub.topology.model.resources import Circuit, Region, Spoke, Subnet
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.circuits import circuit_path
from sparehub.topology.rules.region.inspection import is_protected
from sparehub.topology.rules.region.networks import networks_of
from sparehub.topology.rules.rule import RuleFault, rule

# SR-01: regions that receive machines of their own country only, and whose they are.
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
    """Return the resource groups that a stack makes, in lower case, with the path of each."""
    circuits = [each for each in region.circuits if isinstance(each, Circuit)]
    own = {each.resource_group.lower(): f"{circuit_path(each)}.resourceGroup" for each in circuits}
    return {**own, region.resource_group.lower(): "region.resourceGroup"}


@rule(
    "SR-19", why="A group's own record lies in its region: what failover needs must be elsewhere."
)
def no_resource_group_is_shared(pair: Pair) -> Iterator[RuleFault]:
    """Neither the region's nor a circuit's."""
    theirs = _groups(pair.primary.region)
    for group, path in _groups(pair.secondary.region).items():
        if group in theirs:
            message = f"{group} is a resource group of {pair.primary.name}: name another"
            yield RuleFault(path, message, pair.secondary.name)


@rule("SR-19", why="A failover must need nothing that the lost region holds.")
def no_referenced_circuit_lies_with_the_primary(pair: Pair) -> Iterator[RuleFault]:
    """In the group that holds the primary's networks."""
    group = f"/resourcegroups/{pair.primary.region.resource_group.lower()}/"
    for circuit in pair.secondary.region.circuits:
        if not isinstance(circuit, Circuit) and group in circuit.id.lower():
            message = f"lies in {pair.primary.name}'s resource group: keep circuits in their own"
            yield RuleFault(f"{circuit_path(circuit)}.id", message, pair.secondary.name)


@rule("VN-24", why="A subnet and its network security group are in one region.")
def no_security_group_lies_with_the_other_region(pair: Pair) -> Iterator[RuleFault]:
    """In the group that holds the other region's networks."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        group = f"/resourcegroups/{other.region.resource_group.lower()}/"
        for path, network in networks_of(stack):
            for subnet in network.subnets:
                if group in (subnet.network_security_group_id or "").lower():
                    message = f"lies in {other.name}'s resource group, hence in its region"
                    place = f"{path}.subnets.{subnet.name}.networkSecurityGroupId"
                    yield RuleFault(place, message, stack.name)


@rule("SR-01", why="A region cannot stand in for itself.")
def regions_are_two(pair: Pair) -> Iterator[RuleFault]:
    """By location."""
    if pair.primary.region.location == pair.secondary.region.location:
        message = f"{pair.secondary.region.location} is {pair.primary.name}'s, too: choose another"
        yield RuleFault("location", message, pair.secondary.name)


@rule("SR-01", why="Site Recovery replicates between any two regions but for some restricted ones.")
def site_recovery_replicates_to_the_secondary(pair: Pair) -> Iterator[RuleFault]:
    """Restricted regions take machines of their own country; Brazil South sends to some regions."""
    source, target = pair.primary.region.location, pair.secondary.region.location
    message = ""
    if _IN_COUNTRY.get(target, source) != source:
        message = f"{target} takes machines from {_IN_COUNTRY[target]} only, not from {source}"
    elif source == "brazilsouth" and target not in _FROM_BRAZIL_SOUTH:
        message = f"brazilsouth replicates to {', '.join(_FROM_BRAZIL_SOUTH)} only"
    elif target == "brazilsouth" and source not in _FROM_BRAZIL_SOUTH[:1]:
        message = f"brazilsouth takes no machines from {source}"
    if message:
        yield RuleFault("location", message, pair.secondary.name)


@rule("RG-04", why="National clouds are isolated from each other.")
def regions_are_of_one_cloud(pair: Pair) -> Iterator[RuleFault]:
    """China, US Government, and the public cloud."""
    first, second = (cloud_of(stack.region.location) for stack in pair)
    if first != second:
        message = f"{pair.secondary.region.location} is in the cloud {second}, not {first}"
        yield RuleFault("location", message, pair.secondary.name)


@rule(
    "RG-05",
    severity="warning",
    why="Azure repairs one region of its own pairs first: a hint, no condition.",
)
def azure_pairs_the_regions(pair: Pair) -> Iterator[RuleFault]:
    """Where Azure pairs the primary's region at all."""
    source, target = pair.primary.region.location, pair.secondary.region.location
    expected = REGION_PAIRS.get(source, target)
    if expected != target:
        message = f"{target} is not the region that Azure pairs with {source}: that is {expected}"
        yield RuleFault("location", message, pair.secondary.name)


@rule("PE-05", why="A network that both regions' spokes are peered with would see addresses twice.")
def no_network_serves_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """By group and name, whose case Azure ignores."""
    first, second = pair
    if first.region.resource_group.lower() != second.region.resource_group.lower():
        return
    theirs = {network.name.lower() for _, network in networks_of(first)}
    for path, network in networks_of(second):
        if network.name.lower() in theirs:
            message = f"{network.name} is a network of {first.name}, too: make one of its own"
            yield RuleFault(f"{path}.name", message, second.name)


@rule(
    "SR-08", why="Site Recovery makes a twin without routes, gateway and peering where it has none."
)
def every_protected_spoke_is_there(pair: Pair) -> Iterator[RuleFault]:
    """A spoke of the primary with a protected subnet."""
    for spoke, twin in _spokes(pair):
        if twin is None and any(_protected(pair.primary, spoke)):
            message = f"missing; {pair.primary.name} has protected subnets there"
            yield RuleFault(f"region.spokes.{spoke.key}", message, pair.secondary.name)


@rule(
    "SR-09", why="Site Recovery puts a machine into the subnet of the same name, or into the first."
)
def every_protected_subnet_is_there(pair: Pair) -> Iterator[RuleFault]:
    """By name, in the spoke of the same key."""
    for spoke, twin in _spokes(pair):
        for subnet in _protected(pair.primary, spoke) if twin else ():
            if _twin(subnet, twin) is None:
                path = f"region.spokes.{spoke.key}.subnets.{subnet.name}"
                message = f"missing; {pair.primary.name} has a protected subnet of this name"
                yield RuleFault(path, message, pair.secondary.name)


@rule("SR-12", why="A machine keeps its address only in a network that is the same as its own.")
def retained_addresses_are_the_same(pair: Pair) -> Iterator[RuleFault]:
    """A spoke's address space is the primary's or apart from it; so is each protected subnet."""
    for spoke, twin in _spokes(pair):
        if twin is None:
            continue
        path = f"region.spokes.{spoke.key}"
        ours, theirs = twin.virtual_network.address_space, spoke.virtual_network.address_space
        if set(ours) != set(theirs):
            if overlapping(ours, theirs):
                said = ", ".join(map(str, ours))
                message = f"{said} overlaps what {pair.primary.name} has there: retain it or remap"
                yield RuleFault(f"{path}.addressSpace", message, pair.secondary.name)
            continue
        for subnet in _protected(pair.primary, spoke):
            there = _twin(subnet, twin)
            if there is not None and there.address_prefix != subnet.address_prefix:
                message = f"{there.address_prefix}, where machines have {subnet.address_prefix}"
                place = f"{path}.subnets.{there.name}.addressPrefix"
                yield RuleFault(place, f"{message}: they could not keep it", pair.secondary.name)


@rule("RT-25", why="Once failed over, the machine replicates back: past the NVA, or through it.")
def protected_subnets_are_protected_in_both(pair: Pair) -> Iterator[RuleFault]:
    """So that each has its storage endpoint."""
    for spoke, twin in _spokes(pair):
        for subnet in _protected(pair.primary, spoke) if twin else ():
            there = _twin(subnet, twin)
            if there is not None and not is_protected(pair.secondary, spoke.key, there.name):
                path = f"region.spokes.{spoke.key}.subnets.{there.name}.protected"
                message = f"must be true: {pair.primary.name} protects it, and failback needs it"
                yield RuleFault(path, message, pair.secondary.name)


def _spokes(pair: Pair) -> Iterator[tuple[Spoke, Spoke | None]]:
    there = {spoke.key: spoke for spoke in pair.secondary.region.spokes}
    for spoke in pair.primary.region.spokes:
        yield spoke, there.get(spoke.key)


def _protected(stack: Stack, spoke: Spoke) -> Iterator[Subnet]:
    for subnet in spoke.virtual_network.subnets:
        if is_protected(stack, spoke.key, subnet.name):
            yield subnet


def _twin(subnet: Subnet, spoke: Spoke | None) -> Subnet | None:
    subnets = spoke.virtual_network.subnets if spoke else ()
    return next((each for each in subnets if each.name.lower() == subnet.name.lower()), None)


@rule(
    "CONFIG",
    severity="warning",
    why="The interlock looks only at the stack that pairedStack names.",
)
def stacks_name_each_other(pair: Pair) -> Iterator[RuleFault]:
    """In both files."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        paired = stack.config.paired_stack
        if paired != other.name:
            said = f"is {paired!r}" if paired else "is not set"
            message = f"{said}, so the interlock does not look at {other.name!r}"
            yield RuleFault("pairedStack", message, stack.name)


PAIR_REGIONS = (
    no_resource_group_is_shared,
    no_referenced_circuit_lies_with_the_primary,
    no_security_group_lies_with_the_other_region,
    regions_are_two,
    site_recovery_replicates_to_the_secondary,
    regions_are_of_one_cloud,
    azure_pairs_the_regions,
    no_network_serves_both_regions,
    every_protected_spoke_is_there,
    every_protected_subnet_is_there,
    retained_addresses_are_the_same,
    protected_subnets_are_protected_in_both,
    stacks_name_each_other,
)
