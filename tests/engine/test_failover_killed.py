"""The command dies by signal 9 in a planned failover or failback, or what it started does."""

from pathlib import Path

import pytest

from tests.engine.operator import EVERYTHING, Operator, copied, die, hold, kill_under, resume

CONNECTIONS = {"primary": "hong-kong", "secondary": "singapore"}


def points(source: str, target: str) -> list[str]:
    """Return what lies around the steps, and each step's beginning, middle and end."""
    fence, activate = f"fence-{source}", f"activate-{target}"
    return [
        "after:begin:",
        f"after:intent:{fence}",
        f"write:region/connection/{CONNECTIONS[source]}/connection",
        f"before:outcome:{fence}",
        f"after:intent:{activate}",
        f"write:region/connection/{CONNECTIONS[target]}/connection",
        f"before:outcome:{activate}",
        "before:finished:",
    ]


OVER, BACK = points("primary", "secondary"), points("secondary", "primary")


@pytest.fixture(scope="session")
def failed_over(pair: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair that failed over, as it was planned."""
    home = tmp_path_factory.mktemp("failed-over") / "home"
    operator = Operator(copied(pair, home))
    assert operator.sparehub(*operator.confirmed("failover")).returncode == 0
    return home


@pytest.mark.parametrize("point", OVER if EVERYTHING else OVER[5:6])
def test_a_failover_is_resumed(pair: Path, tmp_path: Path, point: str) -> None:
    """It ends where it was to end, with nothing twice and nothing lost."""
    operator = Operator(copied(pair, tmp_path / "home"))
    die(operator, point, *operator.confirmed("failover"))
    resume(operator)
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("point", BACK)
def test_a_failback_is_resumed(failed_over: Path, tmp_path: Path, point: str) -> None:
    """The same machine with the roles swapped."""
    operator = Operator(copied(failed_over, tmp_path / "home"))
    die(operator, point, *operator.confirmed("failback"))
    resume(operator)
    hold(operator, "primary")


UNDER = [
    (w, c)
    for w in ("pulumi", "sparehub.simulator.provider.plugin")
    for c in ("hong-kong", "singapore")
]


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize(("what", "connection"), UNDER)
def test_a_failover_outlives_pulumi_and_the_provider(
    pair: Path, tmp_path: Path, what: str, connection: str
) -> None:
    """In the middle of a deletion and of a creation (2)."""
    operator = Operator(copied(pair, tmp_path / "home"))
    kill_under(operator, what, connection, *operator.confirmed("failover"))
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize(("what", "connection"), UNDER)
def test_a_failback_outlives_pulumi_and_the_provider(
    failed_over: Path, tmp_path: Path, what: str, connection: str
) -> None:
    """The deletion and the creation are the other region's."""
    operator = Operator(copied(failed_over, tmp_path / "home"))
    kill_under(operator, what, connection, *operator.confirmed("failback"))
    hold(operator, "primary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("point", [OVER[2], OVER[4], OVER[5]])
def test_a_failover_that_died_is_given_up(pair: Path, tmp_path: Path, point: str) -> None:
    """The way back begins where it died: with a deletion, a creation or nothing half done."""
    operator = Operator(copied(pair, tmp_path / "home"))
    die(operator, point, *operator.confirmed("failover"))
    back = operator.sparehub(*operator.confirmed("failback"))
    assert back.returncode == 0, back.stderr
    hold(operator, "primary")
