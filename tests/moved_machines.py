"""The pair with two machines whose second region has addresses of its own."""

from typing import Any

from sparehub.topology.model.pair import Stack
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery
from tests.topology.reachability.pairs import remapped

DNS = {"zone": "corp.example.com", "ttlInSeconds": 1800, "resourceGroup": "rg-dns"}
MOVED = {"dc1": "10.11.0.10", "app1": "10.12.0.10"}


def moved_files(dns: dict[str, Any] | None = None, *kept: str) -> tuple[dict[str, Any], ...]:
    """Return the keys of both files; ``kept`` machines are in a spoke that keeps its addresses."""
    here, there = protected(), recovery()
    remapped(there["sparehub:region"])
    machines = here["sparehub:region"]["replicate"]["machines"]
    for name, address in MOVED.items():
        machine = machines[name]
        if name in kept:
            first, second = (each["sparehub:region"]["spokes"] for each in (here, there))
            second[machine["spoke"]] = first[machine["spoke"]]
            continue
        interface = machine["networkInterfaces"][f"{name}-nic"]
        interface.update(ipAddress=address, testIPAddress=address)
    if dns:
        there["sparehub:region"]["siteRecovery"]["dns"] = dns
    return here, there


def moved_pair(dns: dict[str, Any] | None = None, *kept: str) -> dict[str, Stack]:
    """Return the stacks of :func:`moved_files`."""
    return pair_of(*moved_files(dns, *kept))
