"""The step that starts the NVA of the target, where it is deallocated on standby.

Its machines are started before the region is connected, so that no traffic goes to a next hop that
is off. Sparehub never stops them, and running machines are billed:
https://learn.microsoft.com/azure/virtual-machines/states-billing
"""

from collections.abc import Iterator

from sparehub.topology.azure.durations import MACHINE_START
from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.model.resources import Nva, Region
from sparehub.topology.planning.plan import PlanStep, StepAction


def is_started_at_failover(region: Region) -> bool:
    """Return whether the NVA of a region is started at a failover."""
    return region.nva.standby is NvaStandby.START_AT_FAILOVER


def start_step(stack: str, nva: Nva, after: tuple[str, ...]) -> PlanStep:
    """Return the step that starts the NVA of a stack."""
    return PlanStep(
        id=f"start-nva-{stack}",
        title=f"start the NVA of {stack} ({nva.ip_address}), if it is off",
        act=StepAction.START,
        needs=(stack,),
        after=after,
        precondition=f"{nva.id} exists, has the address and has IP forwarding",
        action=f"POST .../start to each machine of {nva.id} that is not running",
        postcondition=f"{nva.ip_address} forwards; a machine that is not running is reported",
        undo=(
            "nothing uses it while the region is not connected: it can run, which is billed, or "
            "be stopped by hand (az vm deallocate --ids ...)"
        ),
        seconds=MACHINE_START,
        starts=nva.id,
    )


def nva_assumptions(source: str, region: Region, target: Region) -> Iterator[str]:
    """Yield what a plan assumes of NVAs that are started or keep running."""
    if is_started_at_failover(target):
        yield (
            "the NVA that is started forwards as soon as its machines run; the time that its "
            "software needs is not counted"
        )
    if is_started_at_failover(region):
        yield (
            f"the NVA of {source} is not stopped: it keeps running, and is billed, until it is "
            f"deallocated by hand (az vm deallocate --ids ..., of {region.nva.id})"
        )
