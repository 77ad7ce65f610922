"""How fast the local Azure lists protected items and fails a recovery plan over."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.simulator_speed import Row
from tests.simulator.arm import site_recovery as scene
from tests.simulator.arm.arm_client import Arm

ITEMS, MACHINES = 1_000, 100
_MOST_LIST_SECONDS = 0.2
_MOST_PLAN_SECONDS = 3.0
_RUNS = 3
_SPOKE = "10.1.0.0/20"


def measure() -> list[Row]:
    """Return every figure."""
    with TemporaryDirectory() as name:
        arm = Arm(Path(name))
        names = _protected(arm, ITEMS)
        listed = min(_list_seconds(arm) for _ in range(_RUNS))
        scene.succeed(arm, "PUT", *scene.plan(names[:MACHINES]))
        body = scene.of_plan(scene.failover())
        before = process_time()
        scene.succeed(arm, "POST", f"{scene.PLAN}/unplannedFailover", body)
        failed_over = process_time() - before
        arm.azure.store.close()
    return [
        Row(f"list of {ITEMS:,} protected items", listed, "s", _MOST_LIST_SECONDS),
        Row(
            f"failover of a recovery plan of {MACHINES} machines, processor time",
            failed_over,
            "s",
            _MOST_PLAN_SECONDS,
        ),
    ]


def _protected(arm: Arm, count: int) -> list[str]:
    """Replicate machines in a spoke that has room for them; return their names."""
    scene.prepare(arm, prefix=_SPOKE)
    names = [f"machine{number:04}" for number in range(count)]
    for number, name in enumerate(names, start=8):
        arm.put(*scene.interface(name, f"10.1.{number // 256}.{number % 256}"))
        arm.put(*scene.machine(name))
        scene.accept(arm, "PUT", *scene.protection(name))
    for _ in range(2):  # each list moves the clock on to the next state
        arm.get(f"{scene.VAULT}/replicationProtectedItems")
    scene.until_protected(arm, scene.item(names[-1]))
    return names


def _list_seconds(arm: Arm) -> float:
    before = process_time()
    listed = arm.get(f"{scene.VAULT}/replicationProtectedItems")["value"]
    taken = process_time() - before
    if len(listed) != ITEMS:
        raise RuntimeError(len(listed))
    return taken
