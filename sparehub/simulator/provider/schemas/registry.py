"""The types that the provider knows: a new type is one row in the data beside this module."""

from collections.abc import Mapping
from types import MappingProxyType

from sparehub.simulator.provider.schemas.attached import ATTACHED_SCHEMAS
from sparehub.simulator.provider.schemas.base import Schema
from sparehub.simulator.provider.schemas.network import NETWORK_SCHEMAS
from sparehub.simulator.provider.schemas.recovery import RECOVERY_SCHEMAS

SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {schema.type: schema for schema in (*NETWORK_SCHEMAS, *ATTACHED_SCHEMAS, *RECOVERY_SCHEMAS)}
)
"""The simulated types by their token."""
