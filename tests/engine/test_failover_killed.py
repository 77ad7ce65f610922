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
TARGET = {"failover": "secondary", "failback": "primary"}
KILLED = [("failover", point) for point in OVER] + [("failback", point) for point in BACK]


@pytest.fixture(scope="session")
def failed_over(pair: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair that failed over, as it was planned."""
    home = tmp_path_factory.mktemp("failed-over") / "home"
    operator = Operator(copied(pair, home))
    assert operator.sparehub(*operator.confirmed("failover")).returncode == 0
    return home


@pytest.fixture
def operator(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Operator:
    """Return the operator of a pair that is ready for an operation of this kind."""
    home: Path = request.getfixturevalue("pair" if kind == "failover" else "failed_over")
    return Operator(copied(home, tmp_path / "home"))


@pytest.mark.parametrize(("kind", "point"), KILLED if EVERYTHING else [KILLED[5]])
def test_an_operation_that_is_killed_is_resumed(operator: Operator, kind: str, point: str) -> None:
    """At each point: it ends as planned, with nothing written twice and nothing lost."""
    die(operator, point, *operator.confirmed(kind))
    resume(operator)
    hold(operator, TARGET[kind])


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("kind", TARGET)
@pytest.mark.parametrize("what", ["pulumi", "sparehub.simulator.provider.plugin"])
@pytest.mark.parametrize("connection", CONNECTIONS.values())
def test_an_operation_survives_the_death_of_pulumi_or_the_provider(
    operator: Operator, kind: str, what: str, connection: str
) -> None:
    """In the middle of a deletion, and of a creation."""
    kill_under(operator, what, connection, *operator.confirmed(kind))
    hold(operator, TARGET[kind])


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("point", [OVER[2], OVER[4], OVER[5]])
def test_a_failover_that_died_is_given_up(pair: Path, tmp_path: Path, point: str) -> None:
    """The way back begins where it died: with a deletion, a creation or nothing half done."""
    operator = Operator(copied(pair, tmp_path / "home"))
    die(operator, point, *operator.confirmed("failover"))
    back = operator.sparehub(*operator.confirmed("failback"))
    assert back.returncode == 0, back.stderr
    hold(operator, "primary")
