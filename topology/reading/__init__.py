"""From what Azure holds to the model: one reader, whoever recorded the resources.

:mod:`topology.reading.resources` brings Pulumi's states and ARM's JSON into one form
(:mod:`topology.reading.template` exported templates), :mod:`topology.reading.roles` finds what
each resource is to the region, :mod:`topology.reading.region` makes the model of it.
"""

from topology.reading.region import Reading, read_region, read_state
from topology.reading.resources import ArmResource, Resources, arm_resources, state_resources

__all__ = [
    "ArmResource",
    "Reading",
    "Resources",
    "arm_resources",
    "read_region",
    "read_state",
    "state_resources",
]
