"""How Pulumi's azure-native provider signs in: the same settings, from the same places."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sparehub.topology.config.secrets import SECRET
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.pair import Stack

_VARIABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "auxiliaryTenantIds": ("ARM_AUXILIARY_TENANT_IDS",),
        "clientCertificatePassword": ("ARM_CLIENT_CERTIFICATE_PASSWORD",),
        "clientCertificatePath": ("ARM_CLIENT_CERTIFICATE_PATH",),
        "clientId": ("ARM_CLIENT_ID",),
        "clientSecret": ("ARM_CLIENT_SECRET",),
        "environment": ("ARM_ENVIRONMENT", "AZURE_ENVIRONMENT"),
        "oidcAudience": ("ARM_OIDC_AUDIENCE",),
        "oidcRequestToken": ("ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        "oidcRequestUrl": ("ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL"),
        "oidcToken": ("ARM_OIDC_TOKEN",),
        "oidcTokenFilePath": ("ARM_OIDC_TOKEN_FILE_PATH",),
        "subscriptionId": ("ARM_SUBSCRIPTION_ID",),
        "tenantId": ("ARM_TENANT_ID",),
        "useDefaultAzureCredential": ("ARM_USE_DEFAULT_AZURE_CREDENTIAL",),
        "useMsi": ("ARM_USE_MSI",),
        "useOidc": ("ARM_USE_OIDC",),
    }
)
"""Key of `azure-native:`, and the variables that stand in for it:
https://www.pulumi.com/registry/packages/azure-native/installation-configuration/ and
https://github.com/pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go, read
2026-11-30."""
LOCAL_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""That of the local Azure, where no other is named."""
_ONE_LOGIN = ("environment", "tenantId")
"""What both stacks must say alike: one login works on both."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What signs in; a secret of a stack file is decrypted only when it is asked for."""

    said: Mapping[str, Any] = field(default_factory=dict)
    """Keys of `azure-native:` as the stack files have them."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    decrypt: Callable[[str], str] = field(default=lambda _key: "", repr=False)

    def get(self, key: str) -> str:
        """Return a setting, of the stack file, else of the environment; empty where it is not."""
        value = self.said.get(key)
        if value == SECRET:
            return self.decrypt(f"azure-native:{key}")
        if value not in {None, ""}:
            return str(value).lower() if isinstance(value, bool) else str(value)
        found = (self.environment.get(each, "") for each in _VARIABLES[key])
        return next(filter(None, found), "")

    @property
    def store(self) -> Path | None:
        """Where the local Azure lies; None where Microsoft's is spoken to."""
        directory = self.environment.get("SPAREHUB_SIMULATOR")
        return Path(directory) if directory else None

    def on(self, key: str) -> bool:
        """Return whether a setting is switched on."""
        return self.get(key).lower() == "true"


def settings_of(
    pair: Mapping[str, Stack],
    environment: Mapping[str, str],
    decrypt: Callable[[str, str], str],
) -> Settings:
    """Return how both stacks sign in; ``decrypt`` takes a stack and a key.

    Raises:
        PreflightError: where the two stacks name other clouds or tenants.
    """
    said: dict[str, Any] = {}
    place: dict[str, str] = {}
    for name, stack in pair.items():
        for key, value in stack.config.provider.items():
            if key in _ONE_LOGIN and said.get(key, value) != value:
                raise PreflightError(
                    f"azure-native:{key} is {said[key]!r} in {place[key]} and {value!r} in {name}: "
                    "both regions of a pair belong to one tenant of one cloud"
                )
            if key not in said:
                said[key], place[key] = value, name
    return Settings(
        said=said,
        environment=environment,
        decrypt=lambda key: decrypt(place[key.removeprefix("azure-native:")], key),
    )
