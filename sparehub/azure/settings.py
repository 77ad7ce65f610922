"""Sign-in settings, from the same places as those of Pulumi's azure-native provider."""

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
"""Key of `azure-native:`, and the environment variables that are read where it is not set:
https://www.pulumi.com/registry/packages/azure-native/installation-configuration/ and
https://github.com/pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go, read
2026-11-30."""
LOCAL_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""The subscription of the local Azure, where no other is set."""
_ONE_LOGIN = ("environment", "tenantId")
"""Keys that must be equal in both stacks: one sign-in works on both."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The sign-in settings; a secret of a stack file is decrypted only when it is read."""

    configured: Mapping[str, Any] = field(default_factory=dict)
    """Values of the `azure-native:` keys in the stack files."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    decrypt: Callable[[str], str] = field(default=lambda _key: "", repr=False)

    def get(self, key: str) -> str:
        """Return a setting of the stack files, else of the environment; else empty."""
        value = self.configured.get(key)
        if value == SECRET:
            return self.decrypt(f"azure-native:{key}")
        if value not in {None, ""}:
            return str(value).lower() if isinstance(value, bool) else str(value)
        values = (self.environment.get(name, "") for name in _VARIABLES[key])
        return next(filter(None, values), "")

    @property
    def store(self) -> Path | None:
        """The directory of the local Azure; None for Microsoft's."""
        directory = self.environment.get("SPAREHUB_SIMULATOR")
        return Path(directory) if directory else None

    def on(self, key: str) -> bool:
        """Return whether a setting is true."""
        return self.get(key).lower() == "true"


def settings_of(
    pair: Mapping[str, Stack],
    environment: Mapping[str, str],
    decrypt: Callable[[str, str], str],
) -> Settings:
    """Return the sign-in settings of both stacks; ``decrypt`` takes a stack and a key.

    Raises:
        PreflightError: The stacks have different clouds or tenants.
    """
    configured: dict[str, Any] = {}
    set_in: dict[str, str] = {}
    for name, stack in pair.items():
        for key, value in stack.config.provider.items():
            if key in _ONE_LOGIN and configured.get(key, value) != value:
                raise PreflightError(
                    f"azure-native:{key} is {configured[key]!r} in {set_in[key]} "
                    f"and {value!r} in {name}: both regions must use one tenant of one cloud"
                )
            if key not in configured:
                configured[key], set_in[key] = value, name
    return Settings(
        configured=configured,
        environment=environment,
        decrypt=lambda key: decrypt(set_in[key.removeprefix("azure-native:")], key),
    )
