"""Removes secrets from what is recorded, and replaces the ids of the subscription and its people.

Addresses and the names of resources stay. Each id is replaced by the same other id everywhere, so
that references still match.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REMOVED = "removed"
_ID = "00000000-0000-0000-0000-{:012d}"
_SECRETS = frozenset(
    [
        "accesssas",
        "accesstoken",
        "adminpassword",
        "authorizationkey",
        "certificate",
        "channelintegritykey",
        "clientsecret",
        "connectionstring",
        "customdata",
        "keydata",
        "password",
        "primarykey",
        "protectedsettings",
        "sas",
        "sastoken",
        "sasuri",
        "secondarykey",
        "secret",
        "servicekey",
        "sharedkey",
        "token",
    ]
)
"""Properties whose value is a secret, in lower case."""
_PEOPLE = frozenset(
    [
        "clientid",
        "createdby",
        "lastmodifiedby",
        "managedbytenants",
        "objectid",
        "principalid",
        "tenantid",
        "subscriptionid",
    ]
)
"""Properties whose value identifies a person, an identity, a tenant or a subscription."""
_IDENTIFYING = re.compile(r"@|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""A name to sign in with, or a GUID: not a word that would be found in other texts."""
_QUERY = re.compile(r"(https?://[^\s\"?]+)\?([^\s\"]+)")
_KEPT_PARAMETER = re.compile(r"api-version=", re.IGNORECASE)
_BEARER = re.compile(r"\b(?:Bearer\s+\S+|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*)")
_HEADERS = (
    "azure-asyncoperation",
    "date",
    "etag",
    "location",
    "retry-after",
    "x-ms-failure-cause",
    "x-ms-ratelimit-remaining-subscription-writes",
    "x-ms-request-id",
)
"""The headers that the format of the recordings keeps, and the one that names a job (SR-29)."""


@dataclass
class Redaction:
    """Replaces ids and removes secrets; keeps what it has replaced, for this recording only."""

    replaced: dict[str, str] = field(default_factory=dict)
    """By id in lower case."""

    def hide(self, *identities: str) -> None:
        """Replace an id or the name of a person from now on."""
        for identity in identities:
            if identity and identity.lower() not in self.replaced:
                number = len(self.replaced) + 1
                self.replaced[identity.lower()] = _ID.format(number)

    def text(self, text: str) -> str:
        """Return a text without tokens, signatures of addresses and ids."""
        text = _QUERY.sub(_without_signature, text)
        text = _BEARER.sub(REMOVED, text)
        if not self.replaced:
            return text
        longest = sorted(self.replaced, key=len, reverse=True)
        known = re.compile("|".join(map(re.escape, longest)), re.IGNORECASE)
        return known.sub(lambda found: self.replaced[found[0].lower()], text)

    def value(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return a JSON value of which nothing is secret."""
        self._learn(value)
        return self._clean(value)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that are kept."""
        lower = {name.lower(): str(value) for name, value in headers.items()}
        return {name: self.text(lower[name]) for name in _HEADERS if name in lower}

    def _learn(self, value: object) -> None:
        """Find ids of people, identities, tenants and subscriptions."""
        if isinstance(value, list):
            for inner in value:
                self._learn(inner)
        if not isinstance(value, dict):
            return
        for name, inner in value.items():
            if name.lower() in _PEOPLE and isinstance(inner, str) and _IDENTIFYING.search(inner):
                self.hide(inner)
            self._learn(inner)

    def _clean(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._clean(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        return {
            self.text(name): REMOVED if _is_secret(name, inner) else self._clean(inner)
            for name, inner in value.items()
        }


def _is_secret(name: str, value: object) -> bool:
    return name.lower() in _SECRETS and isinstance(value, str)


def _without_signature(found: re.Match[str]) -> str:
    """Return an address with the version of its query only: the rest may be a signature."""
    kept = [part for part in found[2].split("&") if _KEPT_PARAMETER.match(part)]
    return f"{found[1]}?{'&'.join(kept)}" if kept else found[1]
