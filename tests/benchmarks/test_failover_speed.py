"""Time until the target is live, from the local Azure's log."""

from typing import Any

from benchmarks.failover_speed import until_live
from sparehub.simulator.control import LogEntry


def entry(at: float, seconds: float) -> LogEntry:
    return LogEntry(
        at=at,
        method="PUT",
        path="/x",
        status=201,
        operation="create",
        seconds=seconds,
        outcome="Succeeded",
    )


def step(name: str, writes: int) -> dict[str, Any]:
    return {"id": name, "change": {"operations": [{}] * writes}}


def test_what_comes_after_the_target_is_live_is_not_counted() -> None:
    """From the first write to the last end on the critical path, whichever write ends last."""
    plan = {
        "recoveryTime": {"criticalPath": ["fence", "activate"]},
        "steps": [step("fence", 1), step("activate", 2), step("stand-down", 1)],
    }
    log = [entry(100, 90), entry(190, 181), entry(200, 10), entry(371, 900)]

    assert until_live(plan, log) == 271
    assert until_live(plan, [*log[:1], entry(190, 300), *log[2:]]) == 390
