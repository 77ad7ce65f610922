"""The commands with nothing but their roles, on the real engine (`make roles-check`: all)."""

from pathlib import Path

import pytest

from engine.roles.holders import only_their_roles, permissions
from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import Permission
from sparehub.stacks.stack_files import STACKS, read_stack
from tests.engine.operator import Operator, copied, hold

CREATE = "Microsoft.Network/connections/write"


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


def hold_only(operator: Operator, command: str) -> None:
    """Take every right away but those of the roles that run a command."""
    pair = {stack: read_stack(operator.project, stack) for stack in STACKS}
    only_their_roles(operator.engine.store, pair, command)


def without(operator: Operator, command: str, action: str) -> None:
    """Give the same rights without one action."""
    pair = {stack: read_stack(operator.project, stack) for stack in STACKS}
    held = [
        Permission(scope=each.scope, actions=each.actions, not_actions=(action,))
        for each in permissions(pair, command)
    ]
    control.permit(operator.engine.store, held)


def test_an_operator_fails_over_and_a_reader_does_not(operator: Operator) -> None:
    """The refusal names action, scope and role; so does one in the middle of a deployment."""
    hold_only(operator, "status")
    assert operator.sparehub("check", "--live").returncode == 3
    refused = operator.sparehub(*operator.confirmed("failover"))
    assert refused.returncode == 3, refused.stderr
    said = " ".join(refused.stderr.split())
    assert f"the login may not create con-southeastasia-singapore ({CREATE} at" in said
    assert "`sparehub roles operator`" in said

    without(operator, "failover", CREATE)
    assert operator.sparehub(*operator.confirmed("failover")).returncode == 3

    hold_only(operator, "failover")
    assert operator.sparehub("check", "--live").returncode == 0
    over = operator.sparehub(*operator.confirmed("failover"))
    assert over.returncode == 0, over.stderr

    operator.engine.change("secondary", lambda c: c["sparehub:region"].update(tags={"of": "us"}))
    deployed = operator.engine.refused("up", "--yes", "--skip-preview", "--stack", "secondary")
    assert "does not have authorization to perform action" in deployed
    control.permit(operator.engine.store, [Permission()])
    operator.engine.change("secondary", lambda c: c["sparehub:region"].pop("tags"))
    hold(operator, "secondary")
