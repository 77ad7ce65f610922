"""The configuration of a region, read from the outputs of its stack."""

from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.stack_file.parse import parse_stack
from sparehub.topology.state.parts import with_whole_numbers
from sparehub.topology.state.pulumi_state import outputs_of
from sparehub.topology.state.resources import Resources


def recorded_stack(name: str, resources: Resources, *, paired_stack: str) -> Stack | None:
    """Return a stack as its outputs describe it; None of one never deployed, or destroyed.

    Args:
        name: the stack.
        resources: its deployed resources.
        paired_stack: its pairedStack, which no output has.

    Raises:
        ConfigurationError: where another version wrote values that this one does not accept.
    """
    outputs = outputs_of(resources)
    if "region" not in outputs:
        return None
    values = {
        "azure-native:location": outputs.get("location"),
        "sparehub:activation": outputs.get("activation"),
        "sparehub:region": with_whole_numbers(outputs["region"]),
        "sparehub:pairedStack": paired_stack,
    }
    config = parse_stack(values, stack=name)
    return Stack(name=name, config=config, region=build(config))
