"""What Pulumi knows of the stack that is being deployed, and of its pair; what it is to say."""

import time
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env

from components.ruling import hold_to_rules
from topology.build import build
from topology.config import StackConfig
from topology.deployed import Deployed
from topology.errors import ConfigurationError, InterlockError, SparehubError
from topology.interlock import (
    refuse_gateway_replacement,
    refuse_renamed_spokes,
    refuse_two_live_regions,
)
from topology.model import Region
from topology.pair import Stack
from topology.parse import parse_stack
from topology.reading import Resources
from topology.secrets import secret_problems

NAMESPACE = "sparehub"
_READ_AGAIN = (0.1, 0.4, 1.5)
"""Seconds to wait before reading a state again: a file backend is not written at one stroke, and
who reads meanwhile meets half a file ("failed to load checkpoint: EOF", seen)."""
ALREADY_REPORTED = 32
"""Pulumi's language hosts add nothing to a program that ends with this code."""


def approved() -> tuple[StackConfig, Region]:
    """Return this stack's configuration and region, once nothing speaks against building it.

    Reads the configuration of the running program and what this stack and its pair recorded when
    they were last deployed. Registers nothing.

    :raises SparehubError: with all that is wrong.
    """
    stack = pulumi.get_stack()
    secret = any(key.startswith(f"{NAMESPACE}:") for key in get_config_secret_keys_env())
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
    refuse_gateway_replacement(region, deployed)
    refuse_renamed_spokes(region, deployed)
    paired = _hold_against_pair(config, region)
    hold_to_rules(Stack(name=stack, config=config, region=region), recorded, paired)
    return config, region


def refuse(error: SparehubError) -> SystemExit:
    """Report an expected failure as one message, and return what ends the program."""
    pulumi.log.error(str(error))
    return SystemExit(ALREADY_REPORTED)


def outputs(config: StackConfig, region: Region) -> Mapping[str, Any]:
    """Return the outputs of a stack that are known without Azure."""
    return {
        "activation": region.activation,
        "location": region.location,
        "standbyDepth": region.depth,
        "addressPrefixes": [str(prefix) for prefix in region.address_prefixes],
        "advertisedPrefixes": [str(prefix) for prefix in region.advertised_prefixes],
        "region": config.region.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }


def _values() -> dict[str, object]:
    """Return the keys of the stack file that are ours, and the location."""
    config = pulumi.Config(NAMESPACE)
    values: dict[str, object] = {
        key: value
        for key, value in get_config_env().items()
        if key.startswith(f"{NAMESPACE}:") or key == "azure-native:location"
    }
    structured = {
        f"{NAMESPACE}:{key}": config.get_object(key) for key in ("region", "ignoredRules")
    }
    return values | {key: value for key, value in structured.items() if value is not None}


def _refuse_secrets_in_clear(values: Mapping[str, object], stack: str) -> None:
    """Refuse a key that stands in clear in the stack file, as ``sparehub check`` does.

    The program sees decrypted values, and is told only which keys of the file hold any secret.

    :raises ConfigurationError: naming the key's place.
    """
    key = f"{NAMESPACE}:region"
    problems = list(secret_problems(values.get(key), "region"))
    if problems and key not in get_config_secret_keys_env():
        raise ConfigurationError(problems, stack)


def _hold_against_pair(config: StackConfig, region: Region) -> Resources:
    """Refuse what the pair stands in the way of, unless a reason overrides that.

    Return what the pair recorded; nothing where it cannot be read.
    """
    recorded: Resources = {}
    if not config.paired_stack:
        return recorded
    try:
        recorded, paired = _paired(config, region)
        refuse_two_live_regions(config, region, paired)
    except InterlockError as error:
        if not config.override_interlock:
            raise
        pulumi.log.warn(
            f"the interlock is overridden ({config.override_interlock}) and would have said: "
            f"{error} Once this is over: `pulumi config rm overrideInterlock`."
        )
        return recorded
    if config.override_interlock:
        pulumi.log.warn(
            "overrideInterlock is set although nothing is in the way; it would let the next "
            "deployment pass, too: `pulumi config rm overrideInterlock`"
        )
    return recorded


def _paired(config: StackConfig, region: Region) -> tuple[Resources, Deployed]:
    """Return what the pair recorded, and what therefore stands of it.

    :raises InterlockError: where what it recorded cannot be read.
    """
    stack = config.paired_stack
    try:
        recorded = _recorded(stack)
        if recorded is None and region.connections:
            pulumi.log.warn(
                f"there is no stack {stack!r} yet, so nothing keeps it and this one from being "
                "live at once; if it has another name, set pairedStack to that"
            )
        return recorded or {}, Deployed.from_resources(recorded or {})
    except Exception as error:
        message = (
            f"interlock: what stack {stack!r} recorded cannot be read, so nobody knows whether it "
            f"is live; nothing was created: {error}. If that region is lost, say why: "
            '`pulumi config set overrideInterlock "<reason>"` and run again.'
        )
        raise InterlockError(message) from error


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
