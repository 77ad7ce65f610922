"""The values that a stack file is made of, each with the rule of Azure it is held to.

An error's pydantic ``type`` is the id of the rule, so that a message can name it; where Azure
has no rule, pydantic's own type stays.
"""

import re
from collections.abc import Mapping
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from sparehub.topology.azure.site_recovery_limits import STORAGE_ACCOUNT_NAME_LENGTH
from sparehub.topology.config.printable import shown
from sparehub.topology.config.resource_ids import NAME_PATTERN, ResourceId, id_problem

_SCOPE = "/subscriptions/<subscription>/resourceGroups/<group>/providers"


def problem_of(rule: str, text: str) -> PydanticCustomError:
    """Return the error of a value that breaks a rule, to be raised by a validator."""
    # Braces are pydantic's placeholders; a value that holds some is shown as it is.
    return PydanticCustomError(rule, "{text}", {"text": text})


def exactly_one(given: Mapping[str, object]) -> None:
    """Refuse keys of which not exactly one has a value.

    Raises:
        PydanticCustomError: naming the keys.
    """
    if sum(value is not None for value in given.values()) != 1:
        *others, last = given
        raise problem_of("CONFIG", f"must say one of {', '.join(others)} and {last}")


def read_prefix(value: object) -> IPv4Network | IPv6Network | None:
    """Return what a prefix means, written rightly or not; None where it means nothing."""
    try:
        return ip_network(value, strict=False) if "/" in str(value) else None  # type: ignore[arg-type] # anything else than text is a ValueError, too
    except (ValueError, TypeError):
        return None


def address_prefix(value: object) -> IPv4Network:
    """Return an address prefix; VN-04 (CIDR notation), VN-05 (host bits zero), SR-21 (IPv4).

    Raises:
        PydanticCustomError: with the id of the rule that is broken.
    """
    if isinstance(value, IPv4Network):
        return value
    network = read_prefix(value)
    if network is None:
        text = f"{shown(value)} is not an address prefix in CIDR notation, such as 10.0.0.0/24"
        raise problem_of("VN-04", text)
    if not isinstance(network, IPv4Network):
        raise problem_of("SR-21", f"{value} is IPv6, which Site Recovery does not replicate")
    if str(network) != value:
        raise problem_of("VN-05", f"{value} has host bits set: write {network}")
    return network


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _address(value: object) -> IPv4Address:
    if isinstance(value, IPv4Address):
        return value
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except AddressValueError:
        if isinstance(value, str) and _is_ipv6(value):
            message = f"{value} is IPv6, which Site Recovery does not replicate"
            raise problem_of("SR-21", message) from None
        raise problem_of(
            "CONFIG", f"{shown(value)} is not an IPv4 address, such as 10.10.10.10"
        ) from None


parse_address = BeforeValidator(_address)


def resource_id(word: str, *types: str) -> BeforeValidator:
    """Return what takes the id of a resource of one of some types alone.

    ``types`` are Azure's, as in an id: ``Microsoft.Network/expressRouteCircuits``; ``word`` is what
    a person calls them.
    """
    known = {kind.lower() for kind in types}
    forms = " or ".join(f"{_SCOPE}/{kind}/<name>" for kind in types)

    def read(value: object) -> str:
        text = value if isinstance(value, str) else ""
        identity = ResourceId.read(text)
        if identity is None or identity.type not in known:
            raise problem_of("CONFIG", f"{shown(value)} is not the id of a {word}: {forms}")
        if gap := re.search(r"<[^>]*>", text):  # no name in Azure holds angle brackets
            message = f"put the real value in the place of {gap[0]} in {shown(text)}"
            raise problem_of("CONFIG", message)
        if problem := id_problem(text):
            raise problem_of("CONFIG", f"{shown(text)} is not the id of a {word}: {problem}")
        return text

    return BeforeValidator(read)


def _any_resource_id(value: object) -> str:
    """Return the id of a resource of any type.

    Raises:
        PydanticCustomError: where it is not one.
    """
    text = value if isinstance(value, str) else ""
    identity = ResourceId.read(text)
    problem = id_problem(text)
    if problem or identity is None or not identity.names:
        why = problem or f"it must be {_SCOPE}/<type>/<name>"
        raise problem_of("CONFIG", f"{shown(value)} is not the id of a resource: {why}")
    return text


def _paired_resource(value: object) -> str:
    return "none" if value == "none" else _any_resource_id(value)


def plain_location(value: object) -> str:
    """Return a location as Azure's own answers spell it: ``East Asia`` is ``eastasia``."""
    return str(value).replace(" ", "").lower()


def _location(value: object) -> str:
    location = plain_location(value) if isinstance(value, str) else ""
    if re.fullmatch(r"[a-z][a-z0-9]+", location):
        return location
    raise problem_of(
        "CONFIG", f"{shown(value)} is not the name of an Azure region, such as eastasia"
    )


AddressPrefix = Annotated[IPv4Network, BeforeValidator(address_prefix)]
CircuitId = Annotated[str, resource_id("circuit", "Microsoft.Network/expressRouteCircuits")]
NetworkSecurityGroupId = Annotated[
    str, resource_id("network security group", "Microsoft.Network/networkSecurityGroups")
]
NatGatewayId = Annotated[str, resource_id("NAT gateway", "Microsoft.Network/natGateways")]
NextHopId = Annotated[
    str,
    resource_id(
        "virtual machine, an internal load balancer or an Azure Firewall",
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Network/loadBalancers",
        "Microsoft.Network/azureFirewalls",
    ),
]
VirtualNetworkId = Annotated[
    str, resource_id("virtual network", "Microsoft.Network/virtualNetworks")
]
VirtualMachineId = Annotated[
    str, resource_id("virtual machine", "Microsoft.Compute/virtualMachines")
]
StorageAccountId = Annotated[
    str, resource_id("storage account", "Microsoft.Storage/storageAccounts")
]
VaultId = Annotated[
    str, resource_id("Recovery Services vault", "Microsoft.RecoveryServices/vaults")
]
DiskEncryptionSetId = Annotated[
    str, resource_id("disk encryption set", "Microsoft.Compute/diskEncryptionSets")
]
CapacityReservationGroupId = Annotated[
    str,
    resource_id("capacity reservation group", "Microsoft.Compute/capacityReservationGroups"),
]
AutomationAccountId = Annotated[
    str, resource_id("Automation account", "Microsoft.Automation/automationAccounts")
]
AnyResourceId = Annotated[str, BeforeValidator(_any_resource_id)]
PairedResourceId = Annotated[str, BeforeValidator(_paired_resource)]
"""The id of a resource, or ``none``."""
RunbookId = Annotated[
    str, resource_id("runbook", "Microsoft.Automation/automationAccounts/runbooks")
]
Location = Annotated[str, BeforeValidator(_location)]
Text = Annotated[str, StringConstraints(strict=True, min_length=1)]

# A key becomes part of a physical name, and that part of an id.
Key = Annotated[str, StringConstraints(strict=True, pattern=f"^{NAME_PATTERN}$")]
NetworkName = Key


def _named(word: str, pattern: str, form: str) -> AfterValidator:
    """Return what takes a name that matches a pattern alone, which ``form`` says in words."""

    def read(value: str) -> str:
        if re.fullmatch(pattern, value):
            return value
        article = "an" if word[0] in "AEIOU" else "a"
        raise problem_of("CONFIG", f"{shown(value)} is not the name of {article} {word}: {form}")

    return AfterValidator(read)


# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
ResourceGroupName = Annotated[
    str,
    StringConstraints(strict=True),
    _named(
        "resource group",
        r"[A-Za-z0-9_.()-]*[A-Za-z0-9_()-]",
        "letters, digits, `_`, `(`, `)`, `.` and `-`, and no `.` at the end",
    ),
]
StorageAccountName = Annotated[
    str,
    StringConstraints(strict=True),
    _named(
        "storage account",
        f"[a-z0-9]{{3,{STORAGE_ACCOUNT_NAME_LENGTH}}}",
        f"3 to {STORAGE_ACCOUNT_NAME_LENGTH} lower-case letters and digits",
    ),
]
VaultName = Annotated[
    str,
    StringConstraints(strict=True),
    _named(
        "Recovery Services vault",
        "[A-Za-z][A-Za-z0-9-]{1,49}",
        "2 to 50 letters, digits and `-`, a letter first",
    ),
]
AutomationAccountName = Annotated[
    str,
    StringConstraints(strict=True),
    _named(
        "Automation account",
        "[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]",
        "6 to 50 letters, digits and `-`, a letter first and no `-` at the end",
    ),
]
ReplicationName = Annotated[
    str,
    StringConstraints(strict=True),
    _named(
        "resource of a vault",
        "[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?",
        "1 to 63 letters, digits, `_` and `-`, a letter or digit first and last",
    ),
]
"""Of a fabric, container, policy or mapping. Azure's pages give no rule (read 2026-12-01): this
holds what the portal makes, ``asr-a2a-default-eastasia-container`` (SR-41), and no more."""


def generation(value: object) -> int:
    """Return a generation: a whole number from 1 on, also as the text that Pulumi hands over.

    Raises:
        PydanticCustomError: where it is anything else.
    """
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,8}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value < _MOST_GENERATIONS:
        return value
    raise problem_of(
        "CONFIG", f"{shown(value)} is not a generation: write a whole number from 1 on"
    )


_MOST_GENERATIONS = 1_000_000_000
Generation = Annotated[int, BeforeValidator(generation)]
"""Which switch of the live region a file belongs to."""
