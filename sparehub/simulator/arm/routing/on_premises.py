"""Prefixes that on-premises routers advertise: a setting, as Azure does not know them."""

import json
from collections.abc import Sequence
from ipaddress import ip_network

from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.network.addresses import Network

ADVERTISED = "on-premises.prefixes"
"""Setting: prefixes by name of a circuit in lower case; under the empty name, of all others."""
EXPECTED = "on-premises.expected"
"""Setting: prefixes of every circuit without a setting of its own."""
_EXPECTED = '["192.168.0.0/16"]'


def advertise(transaction: Transaction, prefixes: Sequence[str], circuit: str = "") -> None:
    """Let on-premises advertise prefixes over a circuit, or over all without their own.

    Raises:
        ValueError: A prefix is none.

    """
    known = json.loads(transaction.setting(ADVERTISED, "{}"))
    known[circuit.lower()] = [str(ip_network(prefix)) for prefix in prefixes]
    transaction.set(ADVERTISED, json.dumps(known))


def expect(transaction: Transaction, prefixes: Sequence[str]) -> None:
    """Let on-premises advertise prefixes on every circuit that :func:`advertise` does not set."""
    transaction.set(EXPECTED, json.dumps(list(prefixes)))


def expected(transaction: Transaction) -> list[str]:
    """Return the prefixes of every circuit without a setting of its own."""
    prefixes: list[str] = json.loads(transaction.setting(EXPECTED, _EXPECTED))
    return prefixes


def advertised(transaction: Transaction, circuit: Resource) -> list[Network]:
    """Return the prefixes that on-premises advertises over a circuit."""
    known = json.loads(transaction.setting(ADVERTISED, "{}"))
    prefixes = known.get(circuit.id.name.lower(), known.get(""))
    if prefixes is None:
        prefixes = expected(transaction)
    return [ip_network(prefix) for prefix in prefixes]
