"""Whether two regions may advertise to on-premises at the same time: decided here and nowhere else.

Regions without a common address may. Regions that advertise the same addresses may only on circuits
of their own (ER-18, ER-19), and only where on-premises routers prefer one region and both stack
files say which (ER-23): preferences that differ count as none.
https://learn.microsoft.com/azure/site-recovery/azure-vm-disaster-recovery-with-expressroute
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Self

from sparehub.topology.config.enums import Prefers
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_ids import circuit_id, shared_circuits
from sparehub.topology.model.prefixes import overlapping
from sparehub.topology.model.resources import Region


class Reason(StrEnum):
    """Why two regions that advertise the same addresses must not do so at the same time."""

    SHARED_CIRCUIT = "shared circuit"  # ER-18: also where the routers prefer one
    PREFERENCES_DIFFER = "preferences differ"  # ER-23
    NO_PREFERENCE = "no preference"  # ER-23


@dataclass(frozen=True, kw_only=True)
class Advertisement:
    """What a region advertises, by which circuits, and which region its file says is preferred."""

    prefixes: tuple[IPv4Network, ...]
    circuit_ids: tuple[ResourceId, ...]
    prefers: Prefers

    @classmethod
    def of(cls, region: Region) -> Self:
        """Return what a region advertises as it is built: nothing without a connection."""
        return cls(
            prefixes=region.advertised_prefixes,
            circuit_ids=tuple(map(circuit_id, region.connected_circuits)),
            prefers=region.on_premises.prefers,
        )

    @classmethod
    def complete(cls, region: Region) -> Self:
        """Return what a region advertises once it is active and every circuit is provisioned."""
        return cls(
            prefixes=region.address_prefixes,
            circuit_ids=tuple(map(circuit_id, region.circuits)),
            prefers=region.on_premises.prefers,
        )


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """What keeps two regions from being live at the same time."""

    prefixes: tuple[IPv4Network, ...]
    """Those of the first region that share an address with one of the second, sorted."""
    circuit: str
    """The name of a circuit that both use; empty where each has its own."""
    reason: Reason


def conflict(one: Advertisement, other: Advertisement) -> Conflict | None:
    """Return why two regions must not advertise at the same time; None where they may."""
    prefixes = overlap(one, other)
    if not prefixes:
        return None
    shared = shared_circuits(one.circuit_ids, other.circuit_ids)
    if shared:
        reason = Reason.SHARED_CIRCUIT
    elif one.prefers is not other.prefers:
        reason = Reason.PREFERENCES_DIFFER
    elif agreed_preference((one.prefers, other.prefers)) is None:
        reason = Reason.NO_PREFERENCE
    else:
        return None
    return Conflict(prefixes=prefixes, circuit=shared[0] if shared else "", reason=reason)


def overlap(one: Advertisement, other: Advertisement) -> tuple[IPv4Network, ...]:
    """Return the prefixes of the first that share an address with one of the second, sorted."""
    return tuple(sorted(overlapping(one.prefixes, other.prefixes)))


def agreed_preference(preferences: Iterable[Prefers]) -> Prefers | None:
    """Return the region that all stack files name; None where they differ or name none (ER-23)."""
    named = set(preferences)
    if len(named) != 1 or Prefers.NONE in named:
        return None
    return named.pop()
