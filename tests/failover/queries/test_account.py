"""Who is signed in is held against both stack files, the environment and both states."""

from collections.abc import Callable

import pytest

from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.drill import networks
from sparehub.failover.plans import read_plan
from sparehub.output import Output
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.memory_backend.azure import TENANT
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, halted, resume

OTHER = "00000000-0000-0000-0000-000000000001"


def say(world: World, stack: str, line: str) -> None:
    """Put one more key into a stack file."""
    file = world.directory / f"Pulumi.{stack}.yaml"
    file.write_text(file.read_text().replace("config:\n", f"config:\n  {line}\n"))


Place = Callable[[World, pytest.MonkeyPatch], object]
PLACES: dict[str, tuple[Place, str]] = {
    "the primary's file": (
        lambda world, _: say(world, "primary", f"azure-native:subscriptionId: {OTHER}"),
        (
            f"primary is deployed in subscription {LOCAL_SUBSCRIPTION}, and "
            f"azure-native:subscriptionId of primary names {OTHER}"
        ),
    ),
    "the secondary's file": (
        lambda world, _: say(world, "secondary", f"azure-native:subscriptionId: {OTHER}"),
        (
            f"secondary is deployed in subscription {LOCAL_SUBSCRIPTION}, and "
            f"azure-native:subscriptionId of secondary names {OTHER}"
        ),
    ),
    "the environment": (
        lambda _, patch: patch.setenv("ARM_SUBSCRIPTION_ID", OTHER),
        (
            f"primary is deployed in subscription {LOCAL_SUBSCRIPTION}, and "
            f"ARM_SUBSCRIPTION_ID names {OTHER}"
        ),
    ),
    "the login": (
        lambda world, _: setattr(world, "visible_subscriptions", (OTHER,)),
        (
            f"primary belongs to subscription {LOCAL_SUBSCRIPTION} "
            "(primary is deployed in it), which "
            f"someone (tenant {TENANT}) does not see"
        ),
    ),
    "the tenant of a file": (
        lambda world, _: say(world, "secondary", f"azure-native:tenantId: {OTHER}"),
        (
            f"secondary belongs to tenant {OTHER} (azure-native:tenantId of secondary), and the "
            f"login is for {TENANT}"
        ),
    ),
    "the tenant of the environment": (
        lambda _, patch: patch.setenv("ARM_TENANT_ID", OTHER),
        f"primary belongs to tenant {OTHER} (ARM_TENANT_ID), and the login is for {TENANT}",
    ),
}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", PLACES)
def test_another_account_is_refused_and_both_are_named(
    start: Start, monkeypatch: pytest.MonkeyPatch, name: str, mode: Mode
) -> None:
    """Read as wrong: an unplanned operation is refused, too, and nothing is done."""
    change, said = PLACES[name]
    world = start()
    change(world, monkeypatch)
    with pytest.raises(PreflightError, match="not the account of these stacks") as caught:
        begin(world, PlanKind.FAILOVER, mode)

    assert said in str(caught.value)
    assert world.writes == []
    assert not list(world.directory.rglob("journal.jsonl"))


def test_the_file_comes_before_the_environment(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with Pulumi's provider; ids are compared without regard to case."""
    world = start()
    monkeypatch.setenv("ARM_SUBSCRIPTION_ID", OTHER)
    monkeypatch.setenv("ARM_TENANT_ID", OTHER)
    for stack in ("primary", "secondary"):
        say(world, stack, f"azure-native:subscriptionId: {LOCAL_SUBSCRIPTION.upper()}")
        say(world, stack, f"azure-native:tenantId: {TENANT.upper()}")

    assert begin(world, PlanKind.FAILOVER) == 0


def test_a_secret_subscription_is_the_one_of_the_state(start: Start) -> None:
    """A file keeps it encrypted, so the login is asked about the one that is recorded."""
    world = start()
    for stack in ("primary", "secondary"):
        say(world, stack, "azure-native:subscriptionId: {secure: v1:abc}")

    assert begin(world, PlanKind.FAILOVER) == 0


def test_where_nobody_can_say_who_is_signed_in(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """A planned operation is refused; an unplanned one is warned, since nothing was read."""
    world = start()
    world.account_problem = "Please run 'az login' to setup account."
    with pytest.raises(
        PreflightError, match=r"nobody can say who is signed in to .*: Please run 'az log"
    ):
        begin(world, PlanKind.FAILOVER)
    assert world.writes == []

    assert begin(world, PlanKind.FAILOVER, Mode.UNPLANNED) == 0
    assert "warning: primary: nobody can say who is signed in to" in " ".join(
        capsys.readouterr().err.split()
    )


def test_nobody_drills_in_another_account(start: Start) -> None:
    """The test networks would be made where nobody looks for them."""
    world = start()
    world.visible_subscriptions = (OTHER,)
    plan = read_plan(world.directory, PlanKind.DRILL, Mode.PLANNED).id
    with pytest.raises(PreflightError, match="not the account of these stacks"):
        networks.start(world.directory, Output(), plan=plan, yes=True)
    assert world.writes == []


def test_nobody_resumes_in_another_account(start: Start) -> None:
    """Nor answers a failover that halted by a failback."""
    world = start()
    halted(world)
    world.lost.clear()
    world.visible_subscriptions = (OTHER,)
    before = list(world.writes)
    for act in (resume, lambda world: begin(world, PlanKind.FAILBACK)):
        with pytest.raises(PreflightError, match="not the account of these stacks"):
            act(world)
    assert world.writes == before
    world.visible_subscriptions = ("", LOCAL_SUBSCRIPTION)
    assert resume(world) == 0
