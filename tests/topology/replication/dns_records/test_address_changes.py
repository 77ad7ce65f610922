"""Which machines arrive with another address, and which of their records change."""

from typing import Any

import pytest

from sparehub.topology.errors import ConfigurationError
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Plan, PlanKind
from sparehub.topology.replication.dns_records.address_changes import (
    AddressChanges,
    address_changes,
)
from sparehub.topology.replication.dns_records.machine_addresses import (
    InterfaceAddress,
    MachineAddresses,
)
from tests.configurations import stack_of
from tests.moved_machines import DNS, moved_files, moved_pair
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery


def moved(name: str, group: int, before: str, after: str) -> MachineAddresses:
    address = InterfaceAddress(interface=f"{name}-nic", before=before, after=after, changes=True)
    return MachineAddresses(machine=name, group=group, interfaces=(address,), records=(name,))


def test_a_machine_in_other_prefixes_gets_another_address() -> None:
    """At the same place of its subnet before; the way back is the opposite."""
    pair = moved_pair(DNS)

    assert address_changes(pair, "primary").machines == (
        moved("app1", 2, "10.2.0.10", "10.12.0.10"),
        moved("dc1", 1, "10.1.0.10", "10.11.0.10"),
    )
    assert address_changes(pair, "secondary").machines == (
        moved("app1", 2, "10.12.0.10", "10.2.0.10"),
        moved("dc1", 1, "10.11.0.10", "10.1.0.10"),
    )


def test_a_machine_that_keeps_its_address_changes_nothing() -> None:
    """In both files, or one spoke of two; and where no machine is replicated."""
    none = AddressChanges(machines=(), dns=None)

    assert address_changes(pair_of(protected(), recovery()), "primary") == none
    assert [
        each.machine for each in address_changes(moved_pair(DNS, "dc1"), "primary").machines
    ] == ["app1"]
    assert address_changes(moved_pair(DNS, "dc1", "app1"), "primary").machines == ()


def test_an_address_that_no_file_says_is_not_known() -> None:
    """Azure chooses it where the prefixes differ, and keeps it where they do not (SR-44)."""
    here, there = moved_files(DNS, "dc1")
    machines = here["sparehub:region"]["replicate"]["machines"]
    for name in ("app1", "dc1"):
        del machines[name]["networkInterfaces"][f"{name}-nic"]["ipAddress"]

    (found,) = address_changes(pair_of(here, there), "primary").machines

    assert (found.machine, found.known, found.after) == ("app1", False, ())


def planned(
    dns: dict[str, Any] | None,
    *,
    kind: PlanKind = PlanKind.FAILOVER,
    network_only: bool = False,
) -> Plan:
    pair = moved_pair(dns, "dc1")
    return plan(pair["primary"], pair["secondary"], kind, network_only=network_only)


@pytest.mark.parametrize("kind", [PlanKind.FAILOVER, PlanKind.FAILBACK])
def test_the_recovery_time_of_a_group_has_the_time_to_live_of_its_records(kind: PlanKind) -> None:
    """Of those groups alone whose machines get another address."""
    without, found = planned(None, kind=kind), planned(DNS, kind=kind)

    assert {group: each.typical for group, each in found.recovery.groups.items()} == {
        1: without.recovery.groups[1].typical,
        2: without.recovery.groups[2].typical + 1800,
    }
    assert found.recovery.groups[2].worst == without.recovery.groups[2].worst + 1800
    assert found.recovery.seconds == without.recovery.seconds


def test_the_plan_says_what_it_assumes_of_records() -> None:
    """Also that it does not know a time to live; nothing where no machine moves."""
    assert (
        "the records of app1 are changed once the machines are verified, and resolvers keep the "
        "old ones for 1800 s: counted for group 2"
    ) in planned(DNS).assumptions
    assert (
        "the address of app1 changes; for how long names lead to the old one is not counted: say "
        "siteRecovery.dns.ttlInSeconds"
    ) in planned(None).assumptions
    assert not any("records" in each for each in planned(DNS, network_only=True).assumptions)


def test_an_objective_is_compared_with_the_time_that_has_it() -> None:
    """Met without the time to live, missed with it."""
    verdicts = []
    for dns in (None, DNS):
        here, there = moved_files(dns, "dc1")
        there["sparehub:region"]["siteRecovery"]["objectives"] = {"recoveryTimeInMinutes": 25}
        pair = pair_of(here, there)
        found = plan(pair["primary"], pair["secondary"], PlanKind.FAILOVER).objectives
        verdicts.append([each.verdict.value for each in found])

    assert verdicts == [["met", "met"], ["met", "missed"]]


@pytest.mark.parametrize(
    ("dns", "said"),
    [
        ({"zone": "corp.example.com."}, "'corp.example.com.' is not a name in DNS"),
        ({"zone": "corp; rm -rf /"}, "is not a name in DNS"),
        ({"zone": "-corp.example.com"}, "is not a name in DNS"),
        ({"zone": "a." * 127 + "a"}, "is not a name in DNS"),
        ({**DNS, "ttlInSeconds": 0}, "greater than or equal to 1"),
        ({**DNS, "records": {"app1": ["$(id)"]}}, "is not a name in DNS"),
        ({**DNS, "server": "10.0.0.4 x"}, "is not a name in DNS"),
        ({**DNS, "kind": "bind"}, "nsupdate"),
        ({**DNS, "subscriptionId": "$(id)"}, "is not the id of a subscription: a GUID"),
        ({**DNS, "networkInterfaces": {"app1": []}}, "must not be empty"),
        ({"zone": "x", "kind": "az"}, "kind: az needs resourceGroup"),
    ],
)
def test_what_a_script_cannot_be_made_of_is_refused(dns: dict[str, Any], said: str) -> None:
    """At the key, before anything is printed."""
    values = recovery()
    values["sparehub:region"]["siteRecovery"]["dns"] = dns

    with pytest.raises(ConfigurationError) as refused:
        stack_of(values)

    assert said in str(refused.value)


def test_a_machine_without_records_waits_for_nobody() -> None:
    """`records: {app1: []}`."""
    dns = {**DNS, "records": {"app1": []}}

    assert address_changes(moved_pair(dns, "dc1"), "primary").machines == ()
    assert planned(dns).recovery.groups == planned(None).recovery.groups
