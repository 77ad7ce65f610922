"""Refusals of a machine that Site Recovery replicates, and of what arrives in the other region."""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

IPV6 = unquoted(
    "IPv6NotSupported",
    "The machine {machine} is in a subnet with IPv6 addresses, which Site Recovery does not "
    "support.",
    "SR-39",
)
NOT_RUNNING = ErrorTemplate(
    200,
    "150019",
    "The virtual machine {machine} is not running.",
    "SR-39, SR-53",
    "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-troubleshoot-errors, in other "
    "words: the provisioning state is not valid",
)
SHUTDOWN = unquoted(
    "Shutdown", "The machine {machine} cannot be shut down: there is none.", "SR-47", 200
)
TARGET_EXISTS = unquoted(
    "TargetExists", "The machine {machine} cannot arrive: {id} exists already.", "SR-49", 200
)
"""Azure gives some things another name instead, and warns (28061); which is not known."""
TARGET_SUBNET = unquoted("TargetSubnet", "{network} has no subnet {subnet}.", "SR-72", 200)
NO_INTERFACE = unquoted(
    "NetworkInterface", "The interface {id}, which is to be reused, {problem}.", "SR-46", 200
)
POOL_MISSING = unquoted(
    "BackendPool", "The machine {machine} is to join a pool that does not exist: {pool}.", "SR-69"
)
SETTING = unquoted("MachineSetting", "{setting} is '{value}': {problem}.", "SR-44")
SYSTEM_DISK = unquoted(
    "SystemDisk", "The system disk {disk} of the machine {machine} is not among the disks.", "SR-39"
)
ITEM_EXISTS = unquoted(
    "ProtectedItemExists", "The container {container} has an item {name} already.", "SR-54", 409
)
