"""Names and descriptions of the states that ``sparehub verify`` proves."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from sparehub.topology.config.enums import Depth

NORMAL, FAILED_OVER = "normal", "failed-over"
_STEPS = {
    "peerings-withdrawn": "the spokes of the region that is left no longer use its gateway",
    "disconnected": "the region that is left has no connection",
    "gateway-created": "the region that takes over has a gateway and no connection",
    "peerings-updated": "its spokes use the gateway, which has no connection",
    "connected": "the region that takes over has its connection",
}
_SWITCHES = {
    "failover": "failover",
    "failover-unplanned": "failover, the primary being lost",
    "failback": "failback",
    "failback-unplanned": "failback, the secondary being lost",
}
STATES: Mapping[str, str] = {
    NORMAL: "the primary is active, the secondary is on standby",
    **{
        f"secondary-standby-{depth.value}": f"the same, the secondary at depth {depth.value}"
        for depth in Depth
    },
    **{
        f"{switch}-{step}": f"{when}: {what}"
        for switch, when in _SWITCHES.items()
        for step, what in _STEPS.items()
    },
    FAILED_OVER: "the secondary is active, the primary is on standby",
    "failover-unplanned-done": "the secondary is active, the primary is lost",
    "failback-unplanned-region-lost": "the secondary is lost after a failover",
    "failback-unplanned-done": "the primary is active, the secondary is lost",
    "primary-returns": "the primary comes back active after an unplanned failover: both are active",
    "lost-circuit-CONNECTION": "normal without a circuit of the primary",
    "lost-peering-location-LOCATION": "normal without the circuits of a peering location",
    "lost-nva": "normal without the NVA of the primary",
    "lost-gateway": "normal without the gateway of the primary",
    "lost-region": "normal without the primary",
}
"""The name of every possible state; both configurations decide which of them occur."""


def state_description(name: str) -> str | None:
    """Return what a state is, by its name; None where there is no such state."""
    for state, text in STATES.items():
        pattern = state.replace("CONNECTION", "*").replace("LOCATION", "*")
        if fnmatchcase(name, pattern):
            return text
    return None
