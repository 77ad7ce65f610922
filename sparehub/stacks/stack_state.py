"""What a stack recorded, by ``pulumi stack export``; and which Azure that is about."""

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


def target(environment: Mapping[str, str]) -> str:
    """Return which Azure the shell's plain ``pulumi`` works against, to be named first."""
    simulator = environment.get("SPAREHUB_SIMULATOR")
    if simulator:
        return f"simulated Azure at {simulator}"
    return f"subscription {environment.get('ARM_SUBSCRIPTION_ID') or 'of your Azure login'}"


def export_stack(directory: Path, stack: str, environment: Mapping[str, str]) -> Resources:
    """Return what a stack recorded: type and outputs of each resource, by its URN.

    Raises:
        SparehubError: where Pulumi or the stack is missing.
        UnreadableError: where what Pulumi prints is no state.
    """
    executable = shutil.which("pulumi", path=environment.get("PATH"))
    if executable is None:
        message = "there is no pulumi on PATH: run `make setup`, or install Pulumi"
        raise SparehubError(message)
    try:
        state = export_state(executable, stack, directory=directory, environment=environment)
        return recorded_resources(state["deployment"])
    except CommandFailed as error:
        if "no stack named" in error.said:
            message = (
                f"there is no stack {stack!r} in this Pulumi backend: "
                f"`pulumi up --stack {stack}` makes it, `pulumi stack ls` says what is there"
            )
            raise SparehubError(message) from None
        message = f"the state of stack {stack!r} cannot be read; pulumi says: {error.said}"
        raise UnreadableError(message) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"what pulumi exports of stack {stack!r} is not a stack's state: {error!r}"
        raise UnreadableError(message) from None


def standing(directory: Path, stack: Stack, environment: Mapping[str, str]) -> Region:
    """Return the region that a stack recorded.

    Raises:
        UnreadableError: where the stack was never deployed, or holds what no model says.
    """
    recorded = export_stack(directory, stack.name, environment)
    if not any(str(each["type"]).startswith("azure-native:") for each in recorded.values()):
        message = f"stack {stack.name!r} holds nothing: `pulumi up --stack {stack.name}` builds it"
        raise UnreadableError(message)
    reading = read_state(recorded, stack.config)
    for each in filter(is_subnet_peering, reading.roles.by_role.values()):
        message = (
            f"{each.id} is a subnet peering (peerCompleteVnets: false); what reaches what over it "
            "cannot be said here, only over peerings of whole networks: Azure fixes the kind at "
            "creation, so delete both halves and let `pulumi up` make them (PE-22)"
        )
        raise UnreadableError(message)
    return reading.region
