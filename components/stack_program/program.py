"""What Pulumi knows of the stack that is being deployed, and of its pair; what it is to say."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env

from sparehub.topology.config.enums import Activation
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.config.secrets import secret_problems
from sparehub.topology.errors import (
    ConfigurationError,
    GenerationError,
    InterlockError,
    Problem,
    SparehubError,
)
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.recovery.recorded_source import (
    OUTPUT,
    SCOPES,
    recorded_source,
    replication_source,
    source_output,
)
from sparehub.topology.model.recovery.switch_scopes import own_scopes
from sparehub.topology.model.resources import Region
from sparehub.topology.rules.pair.interlock import (
    note_gateway_upgrade,
    refuse_gateway_replacement,
    refuse_lost_connections,
    refuse_moved_circuits,
    refuse_renamed_spokes,
    refuse_two_live_regions,
)
from sparehub.topology.rules.stack_file.parse import parse_stack
from sparehub.topology.state.deployed import Deployed, with_peers_that_stand
from sparehub.topology.state.generation import (
    OPERATION_VARIABLE,
    Deployment,
    SwitchRecord,
    is_live,
    refuse_disconnecting,
    refuse_older,
)
from sparehub.topology.state.pulumi_state import outputs_of
from sparehub.topology.state.resources import Resources

from . import messages
from .foreign_routes import warn_of_foreign_routes
from .policy import enforce
from .replicated_items import ReadItems, hold_parts_in_use
from .switch_record import SwitchRecordArgs

NAMESPACE = "sparehub"
_READ_AGAIN = (0.1, 0.4, 1.5)
"""Seconds to wait before reading a state again: a file backend is not written at one stroke, and
who reads meanwhile meets half a file ("failed to load checkpoint: EOF", seen)."""
_SUBSCRIPTION = "azure-native:subscriptionId"
ALREADY_REPORTED = 32
"""Pulumi's language hosts add nothing to a program that ends with this code."""


def approved(read_items: ReadItems | None = None) -> tuple[StackConfig, Region]:
    """Return this stack's configuration and region, once nothing speaks against building it.

    Reads the configuration of the running program, what this stack and its pair recorded when they
    were last deployed, the route tables that are about to be written, and the items of the vault
    where something they depend on is about to go. Registers nothing.

    Args:
        read_items: lists the protected items of a vault.

    Raises:
        SparehubError: with all that is wrong.
    """
    stack = pulumi.get_stack()
    secrets = get_config_secret_keys_env()
    secret = _SUBSCRIPTION in secrets or any(key.startswith(f"{NAMESPACE}:") for key in secrets)
    values = _values()
    _refuse_secrets_in_clear(values, stack)
    config = parse_stack(values, stack=stack, secret=secret)
    region = build(config)
    try:
        recorded = _recorded(stack) or {}
        deployed = Deployed.from_resources(recorded)
    except Exception as error:
        message = f"what stack {stack!r} recorded cannot be read; nothing was created: {error}"
        raise SparehubError(message) from error
    pair = _read_pair(config)
    _hold_to_generation(stack, config, SwitchRecord.of(recorded), pair)
    refuse_gateway_replacement(region, deployed)
    if upgrade := note_gateway_upgrade(region, deployed):
        messages.info(upgrade)
    refuse_moved_circuits(region, deployed)
    refuse_renamed_spokes(region, deployed)
    refuse_lost_connections(region, deployed)
    region = _with_source(region, recorded, pair)
    paired = _hold_against_pair(config, region, pair)
    hold_parts_in_use(region, recorded, paired, read_items)
    enforce(Stack(name=stack, config=config, region=region), recorded, paired)
    warn_of_foreign_routes(region, recorded)
    return config, _with_peers(region, recorded, pair)


def refuse(error: SparehubError) -> SystemExit:
    """Report an expected failure as one message, and return what ends the program."""
    messages.error(str(error))
    return SystemExit(ALREADY_REPORTED)


def switch_record(config: StackConfig) -> SwitchRecordArgs | None:
    """Return what is to be recorded of the switch; None where the file names no generation."""
    if not config.generation:
        return None
    return SwitchRecordArgs(
        generation=config.generation,
        activation=config.activation.value,
        operation=os.environ.get(OPERATION_VARIABLE, ""),
    )


def outputs(config: StackConfig, region: Region) -> Mapping[str, Any]:
    """Return the outputs of a stack that are known without Azure."""
    recovery = region.site_recovery
    source = recovery.source if recovery else None
    return {
        **({OUTPUT: source_output(source)} if source else {}),
        **({SCOPES: _scopes(config, region)} if config.region.replicate else {}),
        "activation": region.activation,
        "location": region.location,
        "standbyDepth": region.depth,
        "addressPrefixes": [str(prefix) for prefix in region.address_prefixes],
        "advertisedPrefixes": [str(prefix) for prefix in region.advertised_prefixes],
        "region": config.region.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }


def _scopes(config: StackConfig, region: Region) -> dict[str, str]:
    """Return a region's scopes; without a subscription where the file does not name it."""
    return {
        key: str(scope if scope.subscription else scope.in_subscription(config.subscription))
        for key, scope in own_scopes(region).items()
    }


def _values() -> dict[str, object]:
    """Return the keys of the stack file that are ours, the location and the subscription."""
    config = pulumi.Config(NAMESPACE)
    values: dict[str, object] = {
        key: value
        for key, value in get_config_env().items()
        if key.startswith(f"{NAMESPACE}:") or key in {"azure-native:location", _SUBSCRIPTION}
    }
    if values.get(f"{NAMESPACE}:generation") == "0":  # the default that Pulumi.yaml declares
        del values[f"{NAMESPACE}:generation"]
    if not values.get(_SUBSCRIPTION) and (named := os.environ.get("ARM_SUBSCRIPTION_ID")):
        values[_SUBSCRIPTION] = named  # as the provider does
    structured = {f"{NAMESPACE}:{key}": _object(config, key) for key in ("region", "ignoredRules")}
    return values | {key: value for key, value in structured.items() if value is not None}


def _object(config: pulumi.Config, key: str) -> object:
    """Return a key that Pulumi hands over as JSON.

    Raises:
        ConfigurationError: where it is none, or more than Python can read.
    """
    try:
        return config.get_object(key)
    except (RecursionError, ValueError, pulumi.ConfigTypeError):
        message = (
            "is not a mapping of keys, nests without end, or holds a number of thousands of digits"
        )
        raise ConfigurationError([Problem(key, message)], pulumi.get_stack()) from None


def _refuse_secrets_in_clear(values: Mapping[str, object], stack: str) -> None:
    """Refuse a key in clear in the stack file, as ``sparehub check`` does.

    The program sees decrypted values. Pulumi only shows which keys of the file hold a secret.

    Raises:
        ConfigurationError: naming the key's place.
    """
    key = f"{NAMESPACE}:region"
    problems = list(secret_problems(values.get(key), "region"))
    if problems and key not in get_config_secret_keys_env():
        raise ConfigurationError(problems, stack)


@dataclass(frozen=True)
class _Pair:
    """What the other region's stack recorded; None where there is no such stack."""

    resources: Resources | None = None
    problem: str = ""
    """Why that cannot be read; empty where it can be."""


def _read_pair(config: StackConfig) -> _Pair:
    if not config.paired_stack:
        return _Pair()
    try:
        recorded = _recorded(config.paired_stack)
        Deployed.from_resources(recorded or {})
    except Exception as error:  # noqa: BLE001 - any fault of a state makes it unreadable
        return _Pair(problem=str(error))
    return _Pair(resources=recorded)


def _with_source(region: Region, recorded: Resources, pair: _Pair) -> Region:
    """Return a region whose Site Recovery knows what the pair replicates.

    Where the pair cannot be read, it is what this stack knew when it was last deployed: a lost
    region must not take the mappings along.
    """
    if region.site_recovery is None:
        return region
    source = replication_source(outputs_of(pair.resources or {}))
    if not pair.resources:
        source = recorded_source(outputs_of(recorded))
    if source is None:
        messages.warn(
            "Site Recovery maps nothing yet: deploy the other region's stack with "
            "region.replicate first, then this one again"
        )
    return replace(region, site_recovery=replace(region.site_recovery, source=source))


def _with_peers(region: Region, recorded: Resources, pair: _Pair) -> Region:
    """Return a region whose hub is peered with a hub that stands, or may stand."""
    if pair.problem:
        return region
    made = with_peers_that_stand(region, recorded, pair.resources or {})
    if made != region:
        messages.warn(
            "region.hub.peerings: the other region's hub does not stand yet: deploy that stack, "
            "and then this one again"
        )
    return made


def _hold_to_generation(stack: str, config: StackConfig, own: SwitchRecord, pair: _Pair) -> None:
    """Refuse files of an older switch, and what would leave on-premises without a region."""
    records = {stack: own, config.paired_stack: SwitchRecord.of(pair.resources or {})}
    refuse_older(stack, config.generation, records)
    active = own.activation == Activation.ACTIVE
    if config.generation and active and config.activation is Activation.STANDBY and pair.problem:
        message = (
            f"what stack {config.paired_stack!r} recorded cannot be read, so it is unknown "
            f"whether stack {stack!r} is the only live region; it is not disconnected, and nothing "
            f"was changed: {pair.problem}. Try again once that state can be read"
        )
        raise GenerationError(message)
    refuse_disconnecting(
        Deployment(
            stack=stack,
            generation=config.generation,
            activation=config.activation,
            operation=os.environ.get(OPERATION_VARIABLE, ""),
        ),
        own,
        pair_is_live=is_live(pair.resources or {}),
    )
    if not config.generation and own.activation not in ("", config.activation):
        messages.warn(
            f"{stack!r} is switched to {config.activation.value} without a sparehub:generation: "
            "an older checkout could undo that unnoticed; `sparehub switch` sets it"
        )


def _hold_against_pair(config: StackConfig, region: Region, pair: _Pair) -> Resources:
    """Refuse what the state of the pair forbids, unless a reason overrides that.

    Return what the pair recorded; nothing where it cannot be read.
    """
    if not config.paired_stack:
        return {}
    try:
        paired = _deployed(config, region, pair)
        refuse_two_live_regions(config, region, paired)
    except InterlockError as error:
        if not config.override_interlock:
            raise
        messages.warn(
            f"the interlock is overridden ({config.override_interlock}) and would have said: "
            f"{error} Once this is over: `pulumi config rm overrideInterlock`."
        )
        return pair.resources or {}
    if config.override_interlock:
        messages.warn(
            "overrideInterlock is set although nothing is in the way; it would let the next "
            "deployment pass, too: `pulumi config rm overrideInterlock`"
        )
    return pair.resources or {}


def _deployed(config: StackConfig, region: Region, pair: _Pair) -> Deployed:
    """Return what stands of the pair.

    Raises:
        InterlockError: where what it recorded cannot be read.
    """
    stack = config.paired_stack
    if pair.problem:
        message = (
            f"interlock: what stack {stack!r} recorded cannot be read, so it is unknown "
            f"whether it is live; nothing was created: {pair.problem}. If that region is lost, say "
            'why: `pulumi config set overrideInterlock "<reason>"` and run again.'
        )
        raise InterlockError(message)
    if pair.resources is None and region.connections:
        messages.warn(
            f"there is no stack {stack!r} yet, so nothing keeps it and this one from being "
            "live at once; if it has another name, set pairedStack to that"
        )
    return Deployed.from_resources(pair.resources or {})


def _recorded(stack: str) -> Resources | None:
    """Return the resources of a stack of this project; None where there is no such stack."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    token, arguments = "pulumi:pulumi:readStackResourceOutputs", {"stackName": name}
    waits = iter(_READ_AGAIN)
    while True:
        try:
            resources: Resources = pulumi.runtime.invoke(token, arguments).value["outputs"]
        except Exception as error:
            if "unknown stack" in str(error):
                return None
            wait = next(waits, None)
            if wait is None:
                raise
            time.sleep(wait)
        else:
            return resources
