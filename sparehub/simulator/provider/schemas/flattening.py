"""ARM's JSON and the SDK's flat shape of it.

azure-native lifts ``properties`` of a resource, and of resource-like objects inside it, up by one
level. What is resource-like is known by the property's name.
"""

from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.provider.schemas.base import Schema, words
from sparehub.simulator.provider.struct_codec import Properties

_ENVELOPE = words(
    "extendedLocation id identity kind location managedBy name placement plan sku tags type etag "
    "zones"
)
_WRAPPED = words(
    "applicationGatewayIPConfigurations applicationRuleCollections authorizations "
    "backendAddressPools connections defaultSecurityRules delegations frontendIPConfigurations "
    "inboundNatPools inboundNatRules ipConfigurations loadBalancingRules natRuleCollections "
    "natRules networkInterfaces networkRuleCollections networkSecurityGroup outboundRules "
    "peerings probes routeTable routes securityRules serviceEndpointPolicies subnets "
    "virtualNetworkGatewayPolicyGroups virtualNetworkPeerings"
)
"""Properties that hold objects with an envelope of their own."""
_READ_ONLY = words(
    "etag hasBgpOverride ipConfigurationProfiles privateEndpoints privateIPAddress "
    "provisioningState purpose resourceGuid"
)
"""Read-only members of nested objects."""


def to_body(schema: Schema, inputs: Properties) -> JsonObject:
    """Return the request body for a resource's inputs."""
    sent = {name: value for name, value in inputs.items() if name in schema.inputs}
    if schema.whole:
        return sent
    names = dict(schema.renamed)
    sent = {names.get(name, name): value for name, value in sent.items()}
    holder, members = schema.inside
    held = {name: sent.pop(name) for name in members if name in sent}
    envelope = _ENVELOPE - frozenset(names.values()) - ({"sku"} if schema.sku_inside else set())
    return _nest(sent | ({holder: held} if held else {}), envelope)


def to_outputs(schema: Schema, document: JsonObject) -> Properties:
    """Return an answer of ARM in the SDK's shape."""
    whole = schema.whole or schema.type == "resources:ResourceGroup"
    outputs = dict(document) if whole else _lifted(schema, document)
    return outputs | {"azureApiVersion": schema.api_version}


def _lifted(schema: Schema, document: JsonObject) -> Properties:
    """Return an answer of ARM with its properties lifted up, under the SDK's names."""
    names = {name: own for own, name in schema.renamed}
    lifted = _flatten({"properties": document.get("properties", {})})
    outer = {name: value for name, value in document.items() if name != "properties"}
    flat = outer | {names.get(name, name): value for name, value in lifted.items()}
    holder, members = schema.inside
    held = flat.pop(holder, {}) if holder else {}
    return flat | {name: held[name] for name in members if name in held}


def to_inputs(schema: Schema, document: JsonObject, parameters: Properties) -> Properties:
    """Return the inputs that a request body and the parameters of a path stand for."""
    writable = schema.inputs - ({"id", "name", "type"} - set(schema.required))
    lifted = document if schema.whole else _lifted(schema, document)
    flat = {name: value for name, value in lifted.items() if name in writable}
    return flat | parameters | {"azureApiVersion": schema.api_version}


def project(schema: Schema, outputs: Properties) -> Properties:
    """Return the outputs that can be inputs."""
    writable = schema.inputs - schema.computed - {"id", "name", "type"}
    if schema.whole:
        seen = {name: outputs[name] for name in writable & outputs.keys()}
        properties = {path: _at(seen["properties"], path) for path in sorted(schema.both)}
        seen["properties"] = properties
    else:
        seen = {name: _writable(value) for name, value in outputs.items() if name in writable}
    projected: Properties = _without_nulls(seen)
    return projected


def _without_nulls(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value without nulls, which the engine does not keep in its state."""
    match value:
        case dict():
            return {
                name: _without_nulls(inner) for name, inner in value.items() if inner is not None
            }
        case list():
            return [_without_nulls(item) for item in value]
    return value


def _at(value: Any, path: str) -> Any:  # noqa: ANN401  JSON
    """Return what is at a path of names with dots between them; None if it is not there."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _nest(flat: Properties, envelope: frozenset[str] = _ENVELOPE) -> JsonObject:
    """Return an object with ``properties``; ``envelope`` has the names of what is beside them."""
    outer = {name: value for name, value in flat.items() if name in envelope}
    inner = {
        name: _inside(_nest, name, value) for name, value in flat.items() if name not in envelope
    }
    return outer | ({"properties": inner} if inner else {})


def _flatten(document: JsonObject) -> Properties:
    """Return an object with the members of its ``properties`` lifted up."""
    outer = {name: value for name, value in document.items() if name != "properties"}
    inner = {
        name: _inside(_flatten, name, value)
        for name, value in document.get("properties", {}).items()
    }
    return outer | inner


def _inside(change: Any, name: str, value: Any) -> Any:  # noqa: ANN401  JSON
    """Change what is resource-like in a property: itself, or a member of the object that it is."""
    if name in _WRAPPED:
        return _each(change, value)
    if isinstance(value, dict):
        return {member: _inside(change, member, inner) for member, inner in value.items()}
    return value


def _each(change: Any, value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, list):
        return [change(item) for item in value]
    return change(value) if isinstance(value, dict) else value


def _writable(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a nested value without its read-only members."""
    match value:
        case dict():
            return {
                name: _writable(inner) for name, inner in value.items() if name not in _READ_ONLY
            }
        case list():
            return [_writable(item) for item in value]
    return value
