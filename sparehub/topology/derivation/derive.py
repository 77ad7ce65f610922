"""The second region's stack file from the first's: keys in, keys and notes out.

- Addresses follow the first region, by the moves that were asked for (``remap``):
  address spaces, subnets, the NVA, next hops, user routes, name servers, links of the private
  peering. So do spokes, subnets and what on-premises is. A difference of addresses that is meant is
  a move, recorded in ``region.remap``: where none is asked for, the recorded ones apply.
- What can serve one region alone is left out (:mod:`sparehub.topology.derivation.inherit`).
- Connections and circuits are made, or kept (:mod:`sparehub.topology.derivation.circuits`).
- What a person says in the second region's own file is kept (``merge``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.topology.azure.gateway_skus import SCALABLE, WITHOUT_SCALABLE
from sparehub.topology.azure.geography import REGION_PAIRS
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.fields import plain_location
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.config.secrets import is_secret, secret_problems, without_secrets
from sparehub.topology.derivation.always_on import PEERINGS, derive_peerings
from sparehub.topology.derivation.circuits import (
    MadeConnections,
    derive_connections,
    fill_placeholders,
)
from sparehub.topology.derivation.inherit import inherit, inherited_notes
from sparehub.topology.derivation.merge import merge
from sparehub.topology.derivation.notes import Note, NoteKind
from sparehub.topology.derivation.remap import Remap, parse_remap, remap_problems
from sparehub.topology.derivation.site_recovery import KEY as SITE_RECOVERY
from sparehub.topology.derivation.site_recovery import address_notes, derive_site_recovery
from sparehub.topology.errors import ConfigurationError, OptionsError
from sparehub.topology.model.build import build
from sparehub.topology.rules.stack_file.parse import parse_stack
from sparehub.topology.state.generation import KEY

LOCATION = "azure-native:location"
REGION = "sparehub:region"


@dataclass(frozen=True, kw_only=True)
class DeriveRequest:
    """What ``sparehub derive`` was asked for; None and empty where an option was left out."""

    primary: str = "primary"  # the stack to derive from
    secondary: str = "secondary"
    location: str | None = None
    remaps: tuple[str, ...] = ()  # each OLD=NEW
    peering_location: str | None = None
    same_circuit: bool = False


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """The keys of the second region's stack file, and what a person has to know of them."""

    values: Mapping[str, Any]
    notes: tuple[Note, ...]
    # By the key of a connection that was made: the first region's key it was made after.
    made_after: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _First:
    """The first region: as its file says it, and as it was understood."""

    values: Mapping[str, Any]
    config: StackConfig
    location: str  # of the second
    site_recovery: Mapping[str, Any]  # of the second
    peerings: Mapping[str, Any]  # of the second


def derive(
    primary: Mapping[str, Any], wanted: DeriveRequest, existing: Mapping[str, Any] | None = None
) -> Derivation:
    """Return the second region's keys, from the first's and from those it has already.

    Keys are those of a stack file as it stands, secrets encrypted. Deriving again, with what came
    of it as the existing keys, changes nothing.

    Raises:
        OptionsError: where an option is missing, cannot be read, or excludes another one.
        ConfigurationError: where the first region is wrong, the moves do not fit it, or what would
            come of it is wrong: every problem at once.
    """
    there = existing or {}
    if in_clear := list(secret_problems(there.get(REGION), "region")):
        raise ConfigurationError(in_clear, wanted.secondary)
    recorded = _recorded(there)
    remap, problems = parse_remap(wanted.remaps or recorded)
    try:
        config = _parse(primary, wanted.primary)
        region = build(config)
    except ConfigurationError as error:
        raise ConfigurationError([*error.problems, *problems], wanted.primary) from None
    site_recovery, recovery_notes = derive_site_recovery(
        config.region.replicate, _at(there, REGION, SITE_RECOVERY)
    )
    peerings, peering_notes = derive_peerings(
        region, config, wanted.primary, _at(there, REGION, *PEERINGS)
    )
    first = _First(
        values=primary,
        config=config,
        location=_location(wanted, there, config.location),
        site_recovery=site_recovery,
        peerings=peerings,
    )
    problems += remap_problems(remap, region)
    if problems:
        raise ConfigurationError(sorted(set(problems)), wanted.primary)
    stays = frozenset(region.on_premises.address_prefixes)
    remap = Remap(remap.moves, stays)
    recovery_notes += address_notes(config.region.replicate, remap, wanted.primary)
    made = derive_connections(
        region,
        primary[REGION]["expressRoute"]["connections"],
        _at(there, REGION, "expressRoute", "connections"),
        remap=remap,
        peering_location=wanted.peering_location,
        same=wanted.same_circuit,
        subscription=_subscription(primary),
        location=plain_location(first.location),
    )
    recovery_notes += peering_notes
    values = _fresh(first, wanted.primary, remap, made)
    notes = [*made.notes, *inherited_notes(primary[REGION], config, remap), *recovery_notes]
    if existing is not None:
        if "standby" not in _at(existing, REGION):
            del values[REGION]["standby"]  # the default goes without saying
        before = Remap(parse_remap(recorded)[0].moves, stays)
        moved = before.moves != remap.moves
        stale = _fresh(first, wanted.primary, before, made) if moved else values
        values, kept = merge(values, {**existing, LOCATION: first.location}, stale)
        notes += kept
    elif KEY in first.values:  # two files of one switch
        values[KEY] = first.values[KEY]
    _refuse_wrong(values, wanted.secondary)
    notes += _gateway_notes(values[REGION]["expressRoute"].get("gateway", {}), first.location)
    return Derivation(values=values, notes=tuple(notes), made_after=made.made_after)


def _fresh(first: _First, primary: str, remap: Remap, made: MadeConnections) -> dict[str, Any]:
    """Return the second region's keys as if there were no file of it."""
    region = inherit(first.values[REGION], first.config, remap)
    region["expressRoute"]["connections"] = dict(made.values)
    if remap.moves:
        region["remap"] = {str(old): str(new) for old, new in remap.moves.items()}
    if first.peerings:
        region["hub"]["peerings"] = dict(first.peerings)
    if first.site_recovery:
        region[SITE_RECOVERY] = dict(first.site_recovery)
    carried = {
        key: value
        for key, value in first.values.items()
        if key.startswith("azure-native:") and not is_secret(value)  # encrypted for one stack
    }
    return carried | {
        LOCATION: first.location,
        "sparehub:activation": Activation.STANDBY.value,
        "sparehub:pairedStack": primary,
        REGION: {"standby": {"depth": Depth.GATEWAY.value}, **region},
    }


def _parse(values: Mapping[str, Any], stack: str) -> StackConfig:
    """Return what the keys of a stack file describe; only those that are Sparehub's.

    Raises:
        ConfigurationError: as ``parse_stack`` does.
    """
    if problems := list(secret_problems(values.get(REGION), "region")):
        raise ConfigurationError(problems, stack)
    ours = {k: v for k, v in values.items() if k == LOCATION or k.startswith("sparehub:")}
    return parse_stack(without_secrets(ours), stack=stack)


def _refuse_wrong(values: Mapping[str, Any], stack: str) -> None:
    """Refuse a result that is not a valid region; values to be filled in count as filled."""
    connections = fill_placeholders(_at(values, REGION, "expressRoute", "connections"))
    region = _at(values, REGION)
    route = {**_at(region, "expressRoute"), "connections": connections}
    try:
        build(_parse({**values, REGION: {**region, "expressRoute": route}}, stack))
    except ConfigurationError as error:
        raise ConfigurationError(error.problems, stack) from None


def _gateway_notes(gateway: Mapping[str, Any], location: str) -> Iterator[Note]:
    """Yield that the second region does not offer the gateway, where it does not (GWY-16)."""
    if gateway.get("sku") == SCALABLE and plain_location(location) in WITHOUT_SCALABLE:
        message = (
            f"{SCALABLE} is not offered in {location}: take ErGw1AZ, ErGw2AZ or ErGw3AZ there, "
            "without scale units"
        )
        yield Note(NoteKind.DO, ("region", "expressRoute", "gateway", "sku"), message)


def _recorded(values: Mapping[str, Any]) -> list[str]:
    """Return the moves that a stack file records, as options would say them."""
    return [f"{old}={new}" for old, new in _at(values, REGION, "remap").items()]


def _location(wanted: DeriveRequest, there: Mapping[str, Any], first: str) -> str:
    """Return the second region's location: as asked for, as it is, or the region pair (RG-05)."""
    current = there.get(LOCATION)
    location = wanted.location or current or REGION_PAIRS.get(first)
    if location is None:
        message = f"give --location: no region pair of {first} is known"
        raise OptionsError(message)
    if plain_location(location) == first:
        message = f"--location: {location} is the first region's own; name another one"
        raise OptionsError(message)
    return str(current if plain_location(current) == plain_location(location) else location)


def _subscription(values: Mapping[str, Any]) -> str | None:
    subscription = values.get("azure-native:subscriptionId")
    return subscription if isinstance(subscription, str) else None


def _at(values: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        found = values.get(key)
        values = found if isinstance(found, Mapping) else {}
    return values
