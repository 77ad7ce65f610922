"""Who sends a request: the client, or a managed identity, which its token names.

A token is a JSON Web Token of the simulator's own, without a signature: whoever reaches the local
Azure may do everything anyway. Any other token is the client's.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.deterministic_ids import guid

_ISSUER = "https://sts.windows.net/sparehub-simulator/"
_PARTS = 3


def issue_token(principal: str, account: str, resource: str, begins: int, ends: int) -> str:
    """Return a token of a managed identity.

    Args:
        principal: The object id.
        account: The id of the resource whose identity it is.
        resource: What the token is for, such as ``https://management.azure.com/``.
        begins: When it begins, in seconds since 1970.
        ends: When it ends.

    """
    claims = {
        "aud": resource,
        "iss": _ISSUER,
        "iat": begins,
        "nbf": begins,
        "exp": ends,
        "appid": application_of(principal),
        "idtyp": "app",
        "oid": principal,
        "sub": principal,
        "tid": guid("tenant"),
        "xms_mirid": account,
    }
    return f"{_encoded({'typ': 'JWT', 'alg': 'none'})}.{_encoded(claims)}.simulated"


def claims_of(headers: Mapping[str, str]) -> JsonObject | None:
    """Return the claims of a token of the simulator's own, if a request has one."""
    named = {name.lower(): value for name, value in headers.items()}
    parts = named.get("authorization", "").partition(" ")[2].strip().split(".")
    if len(parts) != _PARTS:
        return None
    claims = _decoded(parts[1])
    return claims if isinstance(claims, dict) and claims.get("iss") == _ISSUER else None


def caller_of(headers: Mapping[str, str]) -> str:
    """Return the object id of the managed identity that sends a request; empty: the client."""
    claims = claims_of(headers)
    return str(claims["oid"]) if claims else ""


def application_of(principal: str) -> str:
    """Return the application id of a managed identity, which Azure's refusals name."""
    return guid("application", principal)


def _encoded(part: JsonObject) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _decoded(part: str) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
