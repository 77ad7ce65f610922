"""The step that starts the NVA of the region that takes over, where it is off until then.

Its machines are started before the region is connected: no traffic comes to a next hop that is
off. Nothing is stopped again by itself, and what runs costs:
https://learn.microsoft.com/azure/virtual-machines/states-billing
"""

from collections.abc import Iterator

from sparehub.topology.azure.durations import MACHINE_START
from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.model.resources import Nva, Region
from sparehub.topology.planning.plan import PlanStep, StepAction


def is_started_at_failover(region: Region) -> bool:
    """Return whether the NVA of a region is started when it takes over."""
    return region.nva.standby is NvaStandby.START_AT_FAILOVER


def start_step(stack: str, nva: Nva, after: tuple[str, ...]) -> PlanStep:
    """Return the step that starts the NVA of a stack."""
    return PlanStep(
        id=f"start-nva-{stack}",
        title=f"start the NVA of {stack} ({nva.ip_address}), if it is off",
        act=StepAction.START,
        needs=(stack,),
        after=after,
        precondition=f"{nva.id} is there, has the address and may forward",
        action=f"POST .../start to each machine of {nva.id} that does not run",
        postcondition=f"{nva.ip_address} forwards; a machine of several that does not run is said",
        undo=(
            "nothing uses it while the region is not connected: it may run, which costs, or be "
            "stopped by hand (az vm deallocate --ids ...)"
        ),
        seconds=MACHINE_START,
        starts=nva.id,
    )


def nva_assumptions(left: str, region: Region, taken: Region) -> Iterator[str]:
    """Yield what a plan assumes of NVAs that are started and of those that are left behind."""
    if is_started_at_failover(taken):
        yield (
            "the NVA that is started carries traffic as soon as its machines run; how long its own "
            "software takes is not counted"
        )
    if is_started_at_failover(region):
        yield (
            f"the NVA of {left} is not stopped: it runs on, and costs, until somebody deallocates "
            f"it (az vm deallocate --ids ..., of {region.nva.id})"
        )
