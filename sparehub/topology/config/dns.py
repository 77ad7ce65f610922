"""The part of a stack file on records of replicated machines in DNS.

A machine that arrives with another address is found again once its record is changed, and once
resolvers have dropped the old one: after its time to live (RFC 1035, section 3.2.1).
"""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic import StrictInt as Int

from sparehub.topology.config.closed_model import Closed
from sparehub.topology.config.enums import DnsFormat
from sparehub.topology.config.fields import Key, ResourceGroupName, problem_of
from sparehub.topology.config.printable import shown
from sparehub.topology.config.resource_ids import is_subscription

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*"
_LONGEST = 253
_TTL_MAX = 2**31 - 1


def _dns_name(value: str) -> str:
    """Return a name without a dot at its end; scripts are made of it, so nothing else is taken.

    https://www.rfc-editor.org/rfc/rfc1035#section-2.3.1; the length is that of RFC 1035, 2.3.4.
    """
    if not re.fullmatch(_NAME, value) or len(value) > _LONGEST:
        text = f"{shown(value)} is not a name in DNS, such as corp.example.com: no dot at its end"
        raise problem_of("CONFIG", text)
    return value


def _subscription(value: object) -> str:
    if not isinstance(value, str) or not is_subscription(value):
        raise problem_of("CONFIG", f"{shown(value)} is not the id of a subscription: a GUID")
    return value


DnsName = Annotated[str, StringConstraints(strict=True), AfterValidator(_dns_name)]


class DnsConfig(Closed):
    """Where the records of replicated machines are, and how they are changed."""

    zone: DnsName
    # Of the records: for how long resolvers keep an address that is no longer right.
    ttl_in_seconds: Annotated[Int, Field(ge=1, le=_TTL_MAX)] = 3600
    kind: DnsFormat | None = None  # the script that `plan --dns` prints; each one where absent
    server: DnsName | None = None  # the server that is updated: a name or an address
    resource_group: ResourceGroupName | None = None  # of the private DNS zone, for az
    # Of the private DNS zone, for az; that of the file where absent.
    subscription_id: Annotated[str, BeforeValidator(_subscription)] | None = None
    # The records of a machine, relative to the zone; its own name where it is not named here.
    records: dict[Key, tuple[DnsName, ...]] = Field(default_factory=dict)
    # The interfaces whose addresses a machine's records have; all where it is not named here.
    network_interfaces: dict[Key, Annotated[tuple[Key, ...], Field(min_length=1)]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _group_of_a_private_zone(self) -> Self:
        if self.kind is DnsFormat.AZ and self.resource_group is None:
            raise problem_of("CONFIG", "kind: az needs resourceGroup, that of the private DNS zone")
        return self
