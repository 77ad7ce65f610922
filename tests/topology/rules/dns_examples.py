"""Examples of the rules of DNS servers, in two files."""

from collections.abc import Callable
from typing import Any

from sparehub.topology.rules.pair import dns_servers
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.rule import Rule
from tests.topology.peered_hubs import peered
from tests.topology.reachability.pairs import remapped
from tests.topology.rules.replication_examples import machine, replicates, same, takes_over
from tests.topology.rules.rule_inputs import Change, Example, both, in_region, pair

ON_PREMISES = "192.168.0.53"
REMAP = {"10.1.0.0/24": "10.11.0.0/24", "10.2.0.0/24": "10.12.0.0/24"}


def asks(*servers: str) -> Change:
    """Return a change of a region whose networks ask these DNS servers."""
    return lambda region: region.update(dnsServers=list(servers))


def spoke_asks(*servers: str) -> Change:
    """Return a change of a region whose first spoke has DNS servers of its own."""
    return lambda region: region["spokes"]["spoke1"].update(dnsServers=list(servers))


def elsewhere(region: dict[str, Any]) -> None:
    """Give a region addresses of its own, and say so."""
    remapped(region)
    region["remap"] = REMAP


def regions(first: Change, second: Change) -> Callable[[], Pair]:
    return pair(in_region(first), in_region(second))


def replicated(first: Change, *second: Change) -> Callable[[], Pair]:
    """Return a pair that replicates two machines, with a change to what is replicated."""
    return regions(both(replicates(first), asks(ON_PREMISES)), both(takes_over(same), *second))


def records(name: str) -> Change:
    """Return a change of ``siteRecovery`` that names the records of a machine."""
    return lambda half: half.update(dns={"zone": "corp.example.com", "records": {name: ["www"]}})


def recorded(machine_name: str, interface: str) -> Change:
    """Return a change of ``siteRecovery`` that names the interfaces of a machine's records."""
    named = {machine_name: [interface]}
    return lambda half: half.update(dns={"zone": "corp.example.com", "networkInterfaces": named})


def always_on(first: list[str], second: list[str]) -> Callable[[], Pair]:
    """Return a pair with spokes that are always on, each region with these DNS servers."""

    def change(stack: str, servers: list[str]) -> Change:
        def make(region: dict[str, Any]) -> None:
            region.update(peered(stack)["sparehub:region"])
            (replicates if stack == "primary" else takes_over)(same)(region)
            asks(*servers)(region)

        return make

    return regions(change("primary", first), change("secondary", second))


EXAMPLES: tuple[tuple[Rule[Pair], Example], ...] = (
    (
        dns_servers.twins_both_name_dns_servers_or_neither,
        Example(
            regions(asks("10.1.0.10"), asks()),
            "region.dnsServers",
            "this network asks Azure's own DNS, its twin of primary 10.1.0.10: name servers in "
            "both files, or in neither",
            regions(asks("10.1.0.10"), asks("10.1.0.10")),
        ),
    ),
    (
        dns_servers.twins_both_name_dns_servers_or_neither,
        Example(
            regions(asks(), spoke_asks(ON_PREMISES)),
            "region.spokes.spoke1.dnsServers",
            "this network asks 192.168.0.53, its twin of primary Azure's own DNS",
            regions(spoke_asks(ON_PREMISES), spoke_asks(ON_PREMISES)),
        ),
    ),
    (
        dns_servers.twins_have_the_same_dns_servers,
        Example(
            regions(asks("10.1.0.10"), both(elsewhere, asks("10.11.0.11"))),
            "region.dnsServers",
            "10.11.0.11, where the twin of primary has 10.11.0.10 (moved by region.remap)",
            regions(asks("10.1.0.10"), both(elsewhere, asks("10.11.0.10"))),
        ),
    ),
    (
        dns_servers.twins_have_the_same_dns_servers,
        Example(
            regions(asks(ON_PREMISES, "10.1.0.10"), asks(ON_PREMISES)),
            "region.dnsServers",
            "192.168.0.53, where the twin of primary has 192.168.0.53, 10.1.0.10",
            regions(asks(ON_PREMISES, "10.1.0.10"), asks("10.1.0.10", ON_PREMISES)),
        ),
    ),
    (
        dns_servers.no_dns_server_is_lost_with_the_other_region,
        Example(
            regions(asks("10.1.0.10"), both(elsewhere, asks("10.1.0.10"))),
            "region.dnsServers",
            "10.1.0.10 lies in the networks of primary alone, and is lost with them",
            regions(asks("10.1.0.10"), asks("10.1.0.10")),
        ),
    ),
    (
        dns_servers.dns_servers_are_in_the_first_recovery_group,
        Example(
            replicated(machine("dc1", group=2), asks("10.1.0.10")),
            "region.replicate.machines.dc1.group",
            "2, and 10.1.0.10 of dc1 is a DNS server of secondary: write 1",
            replicated(same, asks("10.1.0.10")),
        ),
    ),
    (
        dns_servers.something_stands_at_each_dns_server,
        Example(
            replicated(same, asks("10.1.0.99")),
            "region.dnsServers",
            "nothing is known to stand at 10.1.0.99: replicate the server to this address",
            replicated(same, asks("10.1.0.10", "10.10.10.10", ON_PREMISES)),
        ),
    ),
    (
        dns_servers.dns_records_are_of_replicated_machines,
        Example(
            regions(replicates(same), takes_over(records("dc2"))),
            "region.siteRecovery.dns.records.dc2",
            "primary replicates no machine of this name; there are app1, dc1",
            regions(replicates(same), takes_over(records("dc1"))),
        ),
    ),
    (
        dns_servers.dns_records_are_of_replicated_machines,
        Example(
            regions(replicates(same), takes_over(recorded("dc2", "nic"))),
            "region.siteRecovery.dns.networkInterfaces.dc2",
            "primary replicates no machine of this name; there are app1, dc1",
            regions(replicates(same), takes_over(recorded("dc1", "dc1-nic"))),
        ),
    ),
    (
        dns_servers.dns_records_are_of_replicated_machines,
        Example(
            regions(replicates(same), takes_over(recorded("dc1", "nic"))),
            "region.siteRecovery.dns.networkInterfaces.dc1",
            "dc1 has no interface nic; there are dc1-nic",
            regions(replicates(same), takes_over(recorded("dc1", "dc1-nic"))),
        ),
    ),
    (
        dns_servers.twins_have_the_same_dns_servers,
        Example(
            always_on(["10.66.0.4"], ["10.67.0.4", "192.168.0.54"]),
            "region.dnsServers",
            "10.67.0.4, 192.168.0.54, where the twin of primary has 10.66.0.4",
            always_on(["10.66.0.4", "10.67.0.4"], ["10.67.0.4"]),
        ),
    ),
    (
        dns_servers.no_dns_server_is_lost_with_the_other_region,
        Example(
            always_on(["10.66.0.4"], ["10.66.0.4"]),
            "region.dnsServers",
            "10.66.0.4 lies in the networks of primary alone",
            always_on(["10.66.0.4", "10.67.0.4"], ["10.67.0.4", "10.66.0.4"]),
        ),
    ),
    (
        dns_servers.something_stands_at_each_dns_server,
        Example(
            always_on(["10.67.0.4"], ["10.67.0.4", "10.2.0.99"]),
            "region.dnsServers",
            "nothing is known to stand at 10.2.0.99",
            always_on(["10.67.0.4"], ["10.67.0.4", "10.2.0.10"]),
        ),
    ),
)
