"""How the replicated machines of a pair stand: read from their vault, against the objectives."""

from sparehub.failover.machines.replication.published_runbooks import unpublished
from sparehub.failover.machines.vault_session import open_vault
from sparehub.failover.session import Session
from sparehub.topology.errors import SparehubError
from sparehub.topology.replication.machine_status import (
    StandingMachines,
    machine_objectives,
    machine_statuses,
)
from sparehub.topology.replication.objectives import recovery_groups


def standing_machines(session: Session) -> StandingMachines | None:
    """Return how the machines of a session stand, by one list of the vault; None without any.

    A vault that cannot be read is a problem that is said: it raises nothing.
    """
    groups = recovery_groups(session.pair)
    if groups is None:
        return None
    try:
        opened = open_vault(session)
        contents = opened.vault.contents()
    except SparehubError as error:
        return StandingMachines(problem=str(error))
    except ModuleNotFoundError as error:  # `status` says the rest without Microsoft's packages
        name = str(error.name).replace(".", "-")
        hint = f"{name} is not installed: pip install 'sparehub[siterecovery]'"
        return StandingMachines(problem=hint)
    tests = session.journal_state.tested
    in_force = opened.direction_of(contents.items)
    runbooks = unpublished(opened, in_force)
    statuses = machine_statuses(opened.away, contents.items, contents.since, tests)
    return StandingMachines(
        statuses=statuses, objectives=machine_objectives(groups, statuses), runbooks=runbooks
    )
