"""What on-premises routers advertise: a setting, for Azure cannot say it."""

import json
from collections.abc import Sequence
from ipaddress import ip_network

from simulator.arm.addresses import Network
from simulator.arm.transaction import Resource, Transaction

ADVERTISED = "on-premises.prefixes"
"""Setting: prefixes by name of a circuit in lower case; under the empty name, of all others."""
_DEFAULT = '{"": ["192.168.0.0/16"]}'


def advertise(transaction: Transaction, prefixes: Sequence[str], circuit: str = "") -> None:
    """Let on-premises advertise prefixes over a circuit, or over all that are not named.

    Raises:
        ValueError: A prefix is none.

    """
    known = json.loads(transaction.setting(ADVERTISED, _DEFAULT))
    known[circuit.lower()] = [str(ip_network(prefix)) for prefix in prefixes]
    transaction.set(ADVERTISED, json.dumps(known))


def advertised(transaction: Transaction, circuit: Resource) -> list[Network]:
    """Return the prefixes that on-premises advertises over a circuit."""
    known = json.loads(transaction.setting(ADVERTISED, _DEFAULT))
    prefixes = known.get(circuit.id.name.lower(), known.get("", []))
    return [ip_network(prefix) for prefix in prefixes]
