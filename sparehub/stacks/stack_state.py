"""Reads the state of a stack by ``pulumi stack export``, and the region deployed by it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from sparehub.stacks.pulumi_command import CommandFailed, export_state
from sparehub.topology.errors import SparehubError, UnreadableError
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.state.pulumi_state import recorded_resources
from sparehub.topology.state.region import read_state
from sparehub.topology.state.resources import Resources, is_subnet_peering


def azure_target(environment: Mapping[str, str]) -> str:
    """Return the name of the Azure that ``pulumi`` deploys to in this environment."""
    simulator = environment.get("SPAREHUB_SIMULATOR")
    if simulator:
        return f"simulated Azure at {simulator}"
    return f"subscription {environment.get('ARM_SUBSCRIPTION_ID') or 'of your Azure login'}"


def export_stack(directory: Path, stack: str, environment: Mapping[str, str]) -> Resources:
    """Return the type and outputs of each resource in a stack's state, by URN.

    Raises:
        SparehubError: There is no Pulumi or no such stack.
        UnreadableError: Pulumi's output is not a state.
    """
    executable = shutil.which("pulumi", path=environment.get("PATH"))
    if executable is None:
        message = "there is no pulumi on PATH: run `make setup`, or install Pulumi"
        raise SparehubError(message)
    try:
        state = export_state(executable, stack, directory=directory, environment=environment)
        return recorded_resources(state["deployment"])
    except CommandFailed as error:
        if "no stack named" in error.stderr:
            message = (
                f"there is no stack {stack!r} in this Pulumi backend: "
                f"`pulumi up --stack {stack}` creates it, `pulumi stack ls` lists those that exist"
            )
            raise SparehubError(message) from None
        message = f"the state of stack {stack!r} cannot be read; pulumi says: {error.stderr}"
        raise UnreadableError(message) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"the export of stack {stack!r} is not a Pulumi state: {error!r}"
        raise UnreadableError(message) from None


def deployed_region(directory: Path, stack: Stack, environment: Mapping[str, str]) -> Region:
    """Return the region in a stack's state.

    Raises:
        UnreadableError: The stack was never deployed, or has a resource that is not modelled.
    """
    resources = export_stack(directory, stack.name, environment)
    if not any(str(r["type"]).startswith("azure-native:") for r in resources.values()):
        message = f"stack {stack.name!r} is empty: `pulumi up --stack {stack.name}` deploys it"
        raise UnreadableError(message)
    reading = read_state(resources, stack.config)
    for peering in filter(is_subnet_peering, reading.roles.by_role.values()):
        message = (
            f"{peering.id} is a subnet peering (peerCompleteVnets: false); reachability is known "
            "only for peerings of whole networks. Azure fixes the kind at creation, so delete "
            "both halves and let `pulumi up` create them (PE-22)"
        )
        raise UnreadableError(message)
    return reading.region
