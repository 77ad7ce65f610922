"""What the agent of a replicated machine needs to reach, by service tags (SR-68).

https://learn.microsoft.com/azure/site-recovery/azure-to-azure-about-networking#outbound-connectivity-using-service-tags
All of it is HTTPS, on port 443. The page's AzureKeyVault is left out: the portal alone needs it, to
enable machines with Azure Disk Encryption.
"""

from collections.abc import Iterator
from dataclasses import dataclass

PORT = 443


@dataclass(frozen=True, kw_only=True)
class AgentService:
    """A service that an agent calls.

    Attributes:
        service_tag: Azure's name for its addresses, with the region where the page demands one.
        host: its name, for what filters by names.
        purpose: what the agent calls it for.
        by_endpoint: whether the subnet's service endpoint leads to it, past every user route
            (RT-06).
    """

    service_tag: str
    host: str
    purpose: str
    by_endpoint: bool = False


ROUTED_TAGS = (
    "AzureActiveDirectory",
    "AzureSiteRecovery",
    "EventHub",
    "GuestAndHybridManagement",
)
"""Tags of the services that an agent reaches by routes: Storage has a service endpoint.

Without regions, since one stack file does not name the other region; GuestAndHybridManagement is
needed for updates of the agents, which the other file switches on.
"""


def agent_services(location: str, other: str, *, updates: bool) -> Iterator[AgentService]:
    """Yield what agents in a region reach, while they replicate to another region.

    Args:
        location: of the machines, as Azure's answers spell it: ``eastasia``.
        other: the region that they are replicated to.
        updates: whether Site Recovery updates the agents.

    """
    yield AgentService(
        service_tag=f"Storage.{location}",
        host="*.blob.core.windows.net",
        purpose="writes disks to the cache account",
        by_endpoint=True,
    )
    yield AgentService(
        service_tag="AzureActiveDirectory", host="login.microsoftonline.com", purpose="signs in"
    )
    yield AgentService(
        service_tag=f"EventHub.{other}",
        host="*.servicebus.windows.net",
        purpose="reports to the monitoring",
    )
    yield AgentService(
        service_tag="AzureSiteRecovery",
        host="*.hypervrecoverymanager.windowsazure.com",
        purpose="talks to Site Recovery",
    )
    if updates:
        yield AgentService(
            service_tag="GuestAndHybridManagement",
            host="*.automation.ext.azure.com",
            purpose="is updated",
        )
