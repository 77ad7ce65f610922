"""No secret is recorded, and every id is replaced by the same other id."""

import pytest

from sparehub.cli.trial.recording.redaction import Redaction

_TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
_OWN = "99999999-8888-7777-6666-555555555555"


@pytest.mark.parametrize(
    "name",
    ["adminPassword", "authorizationKey", "sharedKey", "accessSAS", "connectionString", "keyData"],
)
def test_a_property_with_a_secret_keeps_its_name_only(name: str) -> None:
    body = {"properties": {"list": [{name: "s3cret"}]}}

    assert Redaction().value(body) == {"properties": {"list": [{name: "removed"}]}}


def test_settings_that_are_named_like_secrets_stay() -> None:
    """A key that is a number or a switch is none; neither is what only begins like one."""
    body = {"allowSharedKeyAccess": True, "keySource": "Microsoft.Storage", "password": None}

    assert Redaction().value(body) == body


def test_a_token_in_a_text_is_removed() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJ4In0.c2ln"  # noqa: S105 - not a secret of anything
    redaction = Redaction()

    assert redaction.text(f"Bearer {token} was refused") == "removed was refused"
    assert redaction.text(f"the token {token}") == "the token removed"


def test_the_address_of_an_operation_keeps_its_version_only() -> None:
    """Azure signs such an address: its query has a certificate and a signature."""
    url = "https://management.azure.com/x/operations/1?api-version=2024-05-01&t=6&c=MII&s=abc&h=d"

    kept = Redaction().headers({"Azure-AsyncOperation": url, "Authorization": "Bearer x"})

    assert kept == {
        "azure-asyncoperation": "https://management.azure.com/x/operations/1?api-version=2024-05-01"
    }


def test_a_signed_address_without_a_version_keeps_nothing_of_its_query() -> None:
    blob = {"uri": "https://a.blob.core.windows.net/c/b?sv=2024&sig=abc%3D"}

    assert Redaction().value(blob) == {"uri": "https://a.blob.core.windows.net/c/b"}


def test_an_id_is_replaced_everywhere_by_the_same_other_id() -> None:
    redaction = Redaction()
    redaction.hide(_OWN)
    body = {"tenantId": _TENANT, "id": f"/tenants/{_TENANT.upper()}/subscriptions/{_OWN}"}

    assert redaction.value(body) == {
        "tenantId": "00000000-0000-0000-0000-000000000002",
        "id": (
            "/tenants/00000000-0000-0000-0000-000000000002"
            "/subscriptions/00000000-0000-0000-0000-000000000001"
        ),
    }
    assert redaction.text(_TENANT) == "00000000-0000-0000-0000-000000000002"


def test_people_are_replaced_and_words_are_not() -> None:
    body = {
        "createdBy": "someone@example.com",
        "lastModifiedBy": "Application",
        "who": "someone@example.com",
    }
    shown = Redaction().value(body)

    assert (shown["lastModifiedBy"], shown["createdBy"]) == ("Application", shown["who"])
    assert "example" not in str(shown)


def test_addresses_and_names_stay() -> None:
    body = {"addressPrefix": "10.1.0.0/24", "name": "hub", "nextHopIpAddress": "10.10.10.10"}

    assert Redaction().value(body) == body
