"""Sparehub signs in as Pulumi's azure-native provider does, with the same settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from azure import identity

from sparehub.azure.answers import SignInError
from sparehub.azure.clouds import cloud_named
from sparehub.azure.credentials import credential_of
from sparehub.azure.settings import Settings, settings_of
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.config.secrets import SECRET
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.pair import Stack
from tests.configurations import ROOT

LOGIN = {"tenantId": "t", "clientId": "c"}
PUBLIC = cloud_named("")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, identity.ChainedTokenCredential),
        ({"useDefaultAzureCredential": True, **LOGIN}, identity.DefaultAzureCredential),
        ({"clientSecret": "s", **LOGIN}, identity.ClientSecretCredential),
        ({"useOidc": True, "oidcToken": "x", **LOGIN}, identity.ClientAssertionCredential),
        ({"useMsi": "true"}, identity.ManagedIdentityCredential),
        ({"useMsi": True, "clientSecret": "s", **LOGIN}, identity.ClientSecretCredential),
    ],
)
def test_each_way_to_sign_in_has_its_credential(said: Mapping[str, Any], kind: type) -> None:
    """In the provider's order; without settings, the Azure CLI or the default chain."""
    assert type(credential_of(Settings(configured=said), PUBLIC)) is kind


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({"ARM_CLIENT_SECRET": "s"}, identity.ClientSecretCredential),
        ({"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN": "x"}, identity.ClientAssertionCredential),
        ({"ARM_USE_MSI": "true"}, identity.ManagedIdentityCredential),
        ({"ARM_USE_MSI": "false"}, identity.ChainedTokenCredential),
    ],
)
def test_an_environment_variable_is_used_where_a_key_is_not_set(
    variables: dict[str, str], kind: type
) -> None:
    """The stack file has no such key."""
    environment = {"ARM_TENANT_ID": "t", "ARM_CLIENT_ID": "c", **variables}
    assert type(credential_of(Settings(environment=environment), PUBLIC)) is kind


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"clientSecret": "s", "clientId": "c"}, "client secret, set azure-native:tenantId"),
        ({"useOidc": True}, "by OIDC, set azure-native:tenantId and azure-native:clientId"),
        ({"useOidc": True, **LOGIN}, "set azure-native:oidcToken, "),
        ({"clientCertificatePath": "/none.pem", **LOGIN}, "client certificate /none.pem"),
        ({"auxiliaryTenantIds": "t2"}, "auxiliaryTenantIds is not a JSON list"),
    ],
)
def test_a_missing_sign_in_setting_is_named(said: Mapping[str, Any], problem: str) -> None:
    """One message with the missing settings, before any request."""
    with pytest.raises(SignInError, match=problem):
        credential_of(Settings(configured=said), PUBLIC)


def test_the_token_of_a_pipeline_is_read_anew_each_time(tmp_path: Path) -> None:
    """It expires in minutes, and the file is rewritten. A missing file is one message."""
    file = tmp_path / "token"
    said = {"useOidc": True, "oidcTokenFilePath": str(file), **LOGIN}
    credential = credential_of(Settings(configured=said), PUBLIC)
    assert isinstance(credential, identity.ClientAssertionCredential)
    with pytest.raises(SignInError, match=r"the OIDC token in .*token cannot be read"):
        credential.get_token(PUBLIC.scope)


def pair_with(primary: dict[str, Any], secondary: dict[str, Any]) -> dict[str, Stack]:
    stacks = {}
    for name, said in (("primary", primary), ("secondary", secondary)):
        stack = read_stack(ROOT, name)
        config = stack.config.model_copy(update={"provider": said})
        stacks[name] = Stack(name=name, config=config, region=stack.region)
    return stacks


def test_a_secret_of_a_stack_file_is_decrypted_only_when_it_is_read() -> None:
    """It is not in the representation of the settings."""
    asked: list[tuple[str, str]] = []

    def decrypt(stack: str, key: str) -> str:
        asked.append((stack, key))
        return "decrypted"

    pair = pair_with({}, {"clientSecret": SECRET})
    settings = settings_of(pair, {}, decrypt)
    assert asked == []
    assert settings.get("clientSecret") == "decrypted"
    assert asked == [("secondary", "azure-native:clientSecret")]
    assert "decrypted" not in repr(settings)


def test_two_stacks_of_two_clouds_or_tenants_are_refused() -> None:
    """One sign-in works on both stacks; their subscriptions may differ."""
    differ = pair_with({"environment": "public"}, {"environment": "china"})
    with pytest.raises(PreflightError, match="environment is 'public' in primary and 'china' in s"):
        settings_of(differ, {}, lambda _stack, _key: "")
    apart = pair_with({"subscriptionId": "a"}, {"subscriptionId": "b"})
    assert settings_of(apart, {}, lambda _stack, _key: "").get("subscriptionId") == "a"
