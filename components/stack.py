"""What Pulumi says of the stack that is being deployed, and of its pair."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env

from topology.build import build
from topology.config import StackConfig
from topology.errors import InterlockError
from topology.interlock import (
    Deployed,
    refuse_gateway_replacement,
    refuse_two_live_regions,
    warn_of_shared_circuit,
)
from topology.model import Region
from topology.parse import parse_stack

NAMESPACE = "sparehub"


def decide() -> tuple[StackConfig, Region]:
    """Return this stack's configuration and region, once nothing speaks against building it.

    Reads the configuration of the running program, what the stack said when it was last deployed,
    and what its pair says; registers nothing.

    :raises SparehubError: with all that is wrong.
    """
    secret = any(key.startswith(f"{NAMESPACE}:") for key in get_config_secret_keys_env())
    config = parse_stack(_values(), stack=pulumi.get_stack(), secret=secret)
    region = build(config)
    refuse_gateway_replacement(region, Deployed.from_outputs(_outputs(pulumi.get_stack())))
    if config.paired_stack:
        paired = _paired(config)
        refuse_two_live_regions(config, region, paired)
        if warning := warn_of_shared_circuit(region, paired):
            pulumi.log.warn(warning)
    return config, region


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
    region = config.get_object("region")
    return values | ({f"{NAMESPACE}:region": region} if region is not None else {})


def _paired(config: StackConfig) -> Deployed | None:
    stack = config.paired_stack
    try:
        return Deployed.from_outputs(_outputs(stack))
    except Exception as error:
        if config.override_interlock:
            return None
        message = (
            f"interlock: what stack {stack!r} says cannot be read, so nobody knows whether it is "
            f"live; nothing was created: {error}. If that region is lost, say why: "
            '`pulumi config set overrideInterlock "<reason>"` and run again.'
        )
        raise InterlockError(message) from error


def _outputs(stack: str) -> Mapping[str, Any] | None:
    """Return the outputs of a stack of this project; None where there is no such stack."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    try:
        result = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name})
    except Exception as error:
        if "unknown stack" in str(error):
            return None
        raise
    found: Mapping[str, Any] = result.value["outputs"]
    return found
