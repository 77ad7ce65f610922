"""Names of contexts by the role of their region in a state, instead of by its stack.

``active/spoke1/app`` is ``primary/spoke1/app`` while the primary is active, and
``secondary/spoke1/app`` while the secondary is.
"""

from collections.abc import Iterator, Mapping

from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.effective_routes.forwarding import INTERNET, ON_PREMISES
from sparehub.topology.reachability.effective_routes.routes import HUB, subnets

ROLES: Mapping[str, str] = {
    Activation.ACTIVE.value: "is active",
    Activation.STANDBY.value: "is on standby",
}
"""The first part of a context's name by role, and the predicate that messages use."""


def by_role(context: str, regions: Mapping[str, Region]) -> str:
    """Return a context's name with the role of its region in place of the stack."""
    stack, separator, rest = context.partition("/")
    if not separator or stack not in regions:
        return context
    return f"{regions[stack].activation.value}/{rest}"


def role_of(pattern: str) -> str | None:
    """Return the role that a pattern begins with; None where it names none."""
    first, separator, _ = pattern.partition("/")
    return first if separator and first in ROLES else None


def context_names(regions: Mapping[str, Region]) -> Iterator[str]:
    """Yield every name of every context in a state: by its stack and by its role."""
    for stack, region in regions.items():
        for name, _ in subnets(region):
            if name != f"{HUB}/{GATEWAY_SUBNET}":
                yield f"{stack}/{name}"
                yield f"{region.activation.value}/{name}"
    yield ON_PREMISES
    yield INTERNET
