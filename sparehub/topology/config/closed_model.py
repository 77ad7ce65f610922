"""The base of every part of a stack file: closed, frozen, camelCase keys."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from sparehub.topology.config.fields import NetworkName


class Closed(BaseModel):
    """A part of the configuration: unknown keys are refused, values never change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True
    )


class NamedConfig(Closed):
    """A thing whose physical name may be given instead of derived."""

    name: NetworkName | None = None
