"""Both directions of replication follow from two stack files."""

from sparehub.topology.replication.direction import (
    Arrival,
    Replication,
    replicates,
    replication,
)
from tests.configurations import OURS, shipped
from tests.replicated_pair import SUBSCRIPTION, pair_of
from tests.site_recovery_files import MACHINES, protected, recovery

PAIR = pair_of(protected(), recovery())
VAULT = (
    f"{OURS}/resourceGroups/rg-sparehub-asr-southeastasia/providers/Microsoft.RecoveryServices/"
    "vaults/rsv-sparehub"
)


def direction(source: str, **addresses: dict[str, str]) -> Replication:
    found = replication(PAIR, source, SUBSCRIPTION, addresses)
    assert found
    return found


def test_the_direction_away_is_what_the_files_say() -> None:
    away = direction("primary")

    assert (away.source, away.target, away.back) == ("primary", "secondary", False)
    assert (away.source_location, away.target_location) == ("eastasia", "southeastasia")
    assert str(away.vault) == VAULT
    assert str(away.container) == (
        f"{VAULT}/replicationFabrics/asr-eastasia/replicationProtectionContainers/"
        "asr-eastasia-container"
    )
    assert str(away.target_fabric) == f"{VAULT}/replicationFabrics/asr-southeastasia"
    assert str(away.plan) == f"{VAULT}/replicationRecoveryPlans/sparehub"
    assert away.cache_account.name == "stsparehubcache1"
    dc1 = away.machine("dc1")
    assert str(dc1.id) == MACHINES.format("dc1")
    assert dc1.arrives.resource_group == "rg-recovered"
    assert dc1.network.name == "vnet-spoke1-southeastasia"
    assert dc1.test_network.name == "vnet-drill-spoke1-southeastasia"
    assert dc1.interfaces == (
        Arrival(name="dc1-nic", subnet="app", address="10.1.0.10", test_address="10.1.0.10"),
    )


def test_the_way_back_is_derived() -> None:
    """The machines run where they arrived, and arrive where they ran."""
    away, back = direction("primary"), direction("secondary")

    assert (back.source, back.target, back.back) == ("secondary", "primary", True)
    assert (back.container, back.target_container) == (away.target_container, away.container)
    assert back.plan.name == "sparehub-back"
    assert back.cache_account.name == "stsparehubcache2"
    for machine in away.machines:
        reverse = back.machine(machine.name)
        assert (reverse.id, reverse.arrives) == (machine.arrives, machine.id)
        assert reverse.group == machine.group
    assert back.machine("dc1").network.name == "vnet-spoke1-eastasia"


def test_the_address_of_the_way_back_is_the_recorded_one() -> None:
    """What the machine had before; the place in the subnet where nothing is recorded."""
    recorded = direction("secondary", dc1={"dc1-nic": "10.1.0.77"})

    assert recorded.machine("dc1").interfaces[0].address == "10.1.0.77"
    assert recorded.machine("app1").interfaces[0].address == "10.2.0.10"


def test_an_address_that_nobody_set_is_not_derived() -> None:
    files = protected()
    machine = files["sparehub:region"]["replicate"]["machines"]["app1"]
    machine["networkInterfaces"] = {"app1-nic": {"subnet": "app"}}

    found = replication(pair_of(files, recovery()), "secondary", SUBSCRIPTION)

    assert found
    assert found.machine("app1").interfaces[0].address == ""


def test_a_vault_of_somebody_else_is_used_by_its_id() -> None:
    files = recovery()
    theirs = VAULT.replace("rsv-sparehub", "rsv-theirs")
    files["sparehub:region"]["siteRecovery"]["vault"] = {"id": theirs}
    files["sparehub:region"]["siteRecovery"]["cacheStorageAccount"] = {
        "id": f"{OURS}/resourceGroups/rg-x/providers/Microsoft.Storage/storageAccounts/sttheirs"
    }

    found = replication(pair_of(protected(), files), "secondary", SUBSCRIPTION)

    assert found
    assert str(found.vault) == theirs
    assert found.cache_account.resource_group == "rg-x"


def test_without_machines_there_is_no_direction() -> None:
    plain = pair_of(shipped("primary"), shipped("secondary"))

    assert replicates(PAIR)
    assert not replicates(plain)
    assert replication(plain, "primary", SUBSCRIPTION) is None


def test_without_a_region_that_takes_over_there_is_no_direction() -> None:
    half = pair_of(protected(), shipped("secondary"))

    assert replication(half, "primary", SUBSCRIPTION) is None


def test_a_group_without_objectives_has_those_of_all() -> None:
    files = recovery()
    groups = files["sparehub:region"]["siteRecovery"]["recoveryPlan"]["groups"]
    groups["2"] = {"objectives": {"recoveryPointInMinutes": 60}}
    found = replication(pair_of(protected(), files), "primary", SUBSCRIPTION)

    assert found
    assert found.objectives.recovery_point_in_minutes == 15
    assert found.recovery_point_objective(found.machine("dc1")) == 15
    assert found.recovery_point_objective(found.machine("app1")) == 60
