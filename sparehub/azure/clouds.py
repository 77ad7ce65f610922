"""Azure's clouds, by the names that Pulumi's azure-native provider takes.

https://www.pulumi.com/registry/packages/azure-native/installation-configuration/ (`environment`),
read 2026-11-30. Addresses are azure-core's own.
"""

from dataclasses import dataclass
from types import MappingProxyType

from azure.core import AzureClouds
from azure.identity import AzureAuthorityHosts
from azure.mgmt.core.tools import get_arm_endpoints

from sparehub.topology.errors import PreflightError


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """Where requests go, and who issues tokens for them."""

    endpoint: str
    """Without a slash at its end."""
    scope: str
    authority: str


_CLOUDS = MappingProxyType(
    {
        AzureClouds.AZURE_PUBLIC_CLOUD: AzureAuthorityHosts.AZURE_PUBLIC_CLOUD,
        AzureClouds.AZURE_US_GOVERNMENT: AzureAuthorityHosts.AZURE_GOVERNMENT,
        AzureClouds.AZURE_CHINA_CLOUD: AzureAuthorityHosts.AZURE_CHINA,
    }
)
_NAMES = MappingProxyType(
    {
        "": AzureClouds.AZURE_PUBLIC_CLOUD,
        "public": AzureClouds.AZURE_PUBLIC_CLOUD,
        "azurecloud": AzureClouds.AZURE_PUBLIC_CLOUD,
        "azurepubliccloud": AzureClouds.AZURE_PUBLIC_CLOUD,
        "usgov": AzureClouds.AZURE_US_GOVERNMENT,
        "usgovernment": AzureClouds.AZURE_US_GOVERNMENT,
        "azureusgovernment": AzureClouds.AZURE_US_GOVERNMENT,
        "azureusgovernmentcloud": AzureClouds.AZURE_US_GOVERNMENT,
        "china": AzureClouds.AZURE_CHINA_CLOUD,
        "azurechina": AzureClouds.AZURE_CHINA_CLOUD,
        "azurechinacloud": AzureClouds.AZURE_CHINA_CLOUD,
    }
)


def cloud_named(name: str) -> Cloud:
    """Return a cloud by its name, the public one where there is none.

    Raises:
        PreflightError: where no cloud has that name: a token for another one must not be sent.
    """
    known = _NAMES.get(name.lower())
    if known is None:
        raise PreflightError(
            f"there is no Azure cloud {name!r} (azure-native:environment, ARM_ENVIRONMENT or "
            "AZURE_ENVIRONMENT); there are: public, usgovernment, china"
        )
    found = get_arm_endpoints(known)
    return Cloud(
        endpoint=found["resource_manager"].rstrip("/"),
        scope=found["credential_scopes"][0],
        authority=_CLOUDS[known],
    )
