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
    """The endpoint of a cloud, and the authority that issues its tokens."""

    endpoint: str
    """Without a trailing slash."""
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
    """Return a cloud by its name; the public cloud where the name is empty.

    Raises:
        PreflightError: No cloud has that name; a token of another cloud must not be sent.
    """
    cloud = _NAMES.get(name.lower())
    if cloud is None:
        raise PreflightError(
            f"there is no Azure cloud {name!r} (azure-native:environment, ARM_ENVIRONMENT or "
            "AZURE_ENVIRONMENT); there are: public, usgovernment, china"
        )
    endpoints = get_arm_endpoints(cloud)
    return Cloud(
        endpoint=endpoints["resource_manager"].rstrip("/"),
        scope=endpoints["credential_scopes"][0],
        authority=_CLOUDS[cloud],
    )
