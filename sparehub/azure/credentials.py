"""The credential that Pulumi's azure-native provider would use, made by azure-identity.

In the provider's order: default credential, certificate, secret, OIDC, managed identity, and else
the login of the Azure CLI (https://github.com/pulumi/pulumi-azure-native,
provider/pkg/provider/auth_azidentity.go, read 2026-11-30).
"""

import json
from collections.abc import Callable
from pathlib import Path

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline import Pipeline
from azure.core.pipeline.policies import RetryPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)

from sparehub.azure.answers import SignInError
from sparehub.azure.clouds import Cloud
from sparehub.azure.settings import Settings

_AUDIENCE = "api://AzureADTokenExchange"
"""Audience of the OIDC token of a pipeline:
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust"""
_ERRORS = 400


def credential_of(settings: Settings, cloud: Cloud) -> TokenCredential:
    """Return the credential, without requesting a token.

    Raises:
        SignInError: A setting of the chosen way to sign in is missing.
    """
    tenant, client = settings.get("tenantId"), settings.get("clientId")
    more = _auxiliary_tenants(settings)
    authority = cloud.authority
    if settings.on("useDefaultAzureCredential"):
        return DefaultAzureCredential(authority=authority, additionally_allowed_tenants=more)
    if certificate := settings.get("clientCertificatePath"):
        _need(settings, "a client certificate", "tenantId", "clientId")
        password = settings.get("clientCertificatePassword")
        try:
            return CertificateCredential(
                tenant,
                client,
                certificate,
                password=password or None,
                authority=authority,
                additionally_allowed_tenants=more,
            )
        except (OSError, ValueError) as error:
            raise SignInError(f"the client certificate {certificate}: {error}") from None
    if secret := settings.get("clientSecret"):
        _need(settings, "a client secret", "tenantId", "clientId")
        return ClientSecretCredential(
            tenant, client, secret, authority=authority, additionally_allowed_tenants=more
        )
    if settings.on("useOidc"):
        _need(settings, "OIDC", "tenantId", "clientId")
        return ClientAssertionCredential(
            tenant,
            client,
            _assertion(settings),
            authority=authority,
            additionally_allowed_tenants=more,
        )
    if settings.on("useMsi"):
        return ManagedIdentityCredential(client_id=client or None)
    # The provider uses the Azure CLI alone; without its sign-in the default chain is tried.
    return ChainedTokenCredential(
        AzureCliCredential(tenant_id=tenant, additionally_allowed_tenants=more),
        DefaultAzureCredential(
            authority=authority,
            exclude_cli_credential=True,
            additionally_allowed_tenants=more,
        ),
    )


def _need(settings: Settings, what: str, *keys: str) -> None:
    missing = [f"azure-native:{key}" for key in keys if not settings.get(key)]
    if missing:
        raise SignInError(f"to sign in by {what}, set {' and '.join(missing)}")


def _auxiliary_tenants(settings: Settings) -> list[str]:
    text = settings.get("auxiliaryTenantIds")
    try:
        tenants = json.loads(text) if text else []
    except ValueError:
        tenants = None
    if not isinstance(tenants, list):
        raise SignInError("azure-native:auxiliaryTenantIds is not a JSON list of tenants")
    return [str(tenant) for tenant in tenants]


def _assertion(settings: Settings) -> Callable[[], str]:
    """Return a function that reads the pipeline's token again each time; it expires in minutes."""
    if token := settings.get("oidcToken"):
        return lambda: token
    if path := settings.get("oidcTokenFilePath"):
        return lambda: _of_file(path)
    url, bearer = settings.get("oidcRequestUrl"), settings.get("oidcRequestToken")
    if not (url and bearer):
        raise SignInError(
            "to sign in by OIDC, set azure-native:oidcToken, azure-native:oidcTokenFilePath, or "
            "azure-native:oidcRequestUrl and azure-native:oidcRequestToken"
        )
    return lambda: _requested(url, bearer, settings.get("oidcAudience") or _AUDIENCE)


def _of_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise SignInError(f"the OIDC token in {path} cannot be read: {error}") from None


def _requested(url: str, bearer: str, audience: str) -> str:
    """Request a token from the pipeline's own issuer.

    https://docs.github.com/actions/reference/security/oidc
    """
    request = HttpRequest(
        "GET",
        url,
        params={"audience": audience},
        headers={"Authorization": f"Bearer {bearer}", "Accept": "application/json"},
    )
    try:
        with Pipeline[HttpRequest, HttpResponse](RequestsTransport(), [RetryPolicy()]) as pipeline:
            answer = pipeline.run(request).http_response
            if answer.status_code < _ERRORS:
                return str(answer.json()["value"])
            problem = f"status {answer.status_code}"
    except (AzureError, ValueError, KeyError, TypeError) as error:
        problem = type(error).__name__
    raise SignInError(f"the issuer of OIDC tokens gave none ({problem})")
