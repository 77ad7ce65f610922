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
