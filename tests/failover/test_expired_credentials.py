"""A login that ends, or that is of another tenant, says nothing of a region: nothing is fenced."""

from pathlib import Path

import pytest

from sparehub.azure.answers import Answer, SignInError
from sparehub.topology.errors import HalfwayError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.memory_backend.hooks import NO_HOOKS, Hooks
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, journal_state_of, resume, worlds_in

ENDED = SignInError("a world in memory: nobody is signed in: AADSTS700082; sign in again")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    return worlds_in(tmp_path, monkeypatch)


def signed_out(world: World, *, after: int) -> None:
    """Let the login end once so many writes are done."""

    def request(method: str, path: str) -> Answer | None:
        del method, path
        if len(world.writes) >= after:
            raise ENDED
        return None

    world.hooks = Hooks(request=request)


@pytest.mark.parametrize("mode", Mode)
def test_who_is_not_signed_in_begins_nothing(start: Start, mode: Mode) -> None:
    """Exit code 3 and one message, also where the other region may be lost."""
    world = start()
    signed_out(world, after=0)
    with pytest.raises(SignInError, match="nobody is signed in") as caught:
        begin(world, PlanKind.FAILOVER, mode)
    assert caught.value.exit_code == 3
    assert (world.writes, journal_state_of(world).open) == ([], None)


@pytest.mark.parametrize("mode", Mode)
def test_a_login_that_ends_in_a_step_halts_it(start: Start, mode: Mode) -> None:
    """The region is not called silent and no fence is set; signed in again, `resume` goes on."""
    world = start()
    signed_out(world, after=1)
    with pytest.raises(HalfwayError, match="nobody is signed in") as caught:
        begin(world, PlanKind.FAILOVER, mode)
    assert caught.value.exit_code == 5
    assert (world.disabled, journal_state_of(world).open_items) == (set(), ())
    world.hooks = NO_HOOKS
    assert resume(world) == 0
    assert (world.disabled, journal_state_of(world).open_items, world.conflicts) == (set(), (), [])
