"""The types that the provider knows: a new type is one row in the data beside this module."""

from collections.abc import Mapping
from types import MappingProxyType

from simulator.schema import Schema
from simulator.schemas_attached import ATTACHED_SCHEMAS
from simulator.schemas_network import NETWORK_SCHEMAS

SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {each.type: each for each in (*NETWORK_SCHEMAS, *ATTACHED_SCHEMAS)}
)
"""The simulated types by their token."""
