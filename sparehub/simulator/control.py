"""The command ``sparehub simulate`` as plain functions on the directory of a store."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from sparehub.simulator.arm.actions.run_command import set_answer
from sparehub.simulator.arm.data.geography import canonical_region, is_region
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.access_control import DenyAssignment, Permission
from sparehub.simulator.arm.routing import on_premises
from sparehub.simulator.arm.routing.data_plane import overlaps
from sparehub.simulator.arm.storage import faults, policies
from sparehub.simulator.arm.storage.clock import SEED, Clock, Reading, Speed
from sparehub.simulator.arm.storage.faults import Fault, FaultKind, FaultRequest
from sparehub.simulator.arm.storage.logs import authorization_log, write_log
from sparehub.simulator.arm.storage.policies import PolicyAssignment
from sparehub.simulator.arm.storage.store import FILE, Store
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.subscription import resource_providers, usages
from sparehub.simulator.arm.types.attached.public_ip_address import BASIC
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT, MANUAL
from sparehub.simulator.arm.types.registry import REGISTRY
from sparehub.simulator.arm.types.render import state
from sparehub.simulator.errors import SimulatorError, StoreError, UnknownCircuitError

PLUGIN = "pulumi-resource-azure-native"
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class LogEntry:
    """One ARM write and its outcome."""

    at: float
    """When it started, in simulated seconds."""
    method: str
    path: str
    status: int
    operation: str
    """``create``, ``update`` or ``delete``."""
    seconds: float
    """How long it took, in simulated seconds."""
    outcome: str
    """``Succeeded``, ``Failed`` or ``Refused``."""

    def as_json(self) -> dict[str, Any]:
        """Return the entry for ``sparehub simulate log --json``."""
        return asdict(self)


def reset(directory: Path) -> None:
    """Empty the simulated Azure, also one that is damaged or of another version."""
    try:
        for suffix in ("", "-wal", "-shm"):
            (directory / f"{FILE}{suffix}").unlink(missing_ok=True)
    except OSError as problem:
        remedy = "choose a directory you can write (SPAREHUB_HOME)"
        raise StoreError(
            directory / FILE, f"cannot be removed ({problem.strerror})", remedy
        ) from None
    Store(directory).close()


def read_log(directory: Path) -> list[LogEntry]:
    """Return every ARM write and its outcome, in order of start."""
    store = Store(directory)
    with store.transaction(write=False) as transaction:
        return [LogEntry(**asdict(line)) for line in write_log.read(transaction)]


def provision(directory: Path, circuit: str) -> None:
    """Provision a circuit, as its service provider would.

    Args:
        directory: Where the store is.
        circuit: The circuit's name or id; case does not matter.

    Raises:
        UnknownCircuitError: There is no such circuit, or more than one.

    """
    _set_provisioned(directory, circuit, provisioned=True)


def deprovision(directory: Path, circuit: str) -> None:
    """Deprovision a circuit: only then does Azure delete it (ER-39)."""
    _set_provisioned(directory, circuit, provisioned=False)


def provision_by_hand(directory: Path, by_hand: bool) -> None:  # noqa: FBT001  the one thing it says
    """Set whether new circuits wait for :func:`provision`, or are provisioned at once."""
    with Store(directory).transaction(write=True) as transaction:
        transaction.set(MANUAL, "yes" if by_hand else "no")


def allow_basic_addresses(directory: Path) -> None:
    """Allow Basic public IP addresses, as before their retirement (GWY-18)."""
    with Store(directory).transaction(write=True) as transaction:
        transaction.set(BASIC, "yes")


def set_clock(directory: Path, speed: str) -> None:
    """Set the clock's speed: ``1``, ``100`` or ``instant``."""
    if speed not in list(Speed):
        raise SimulatorError(f"no clock speed {speed!r}; it is one of {', '.join(Speed)}")
    with Store(directory).transaction(write=True) as transaction:
        Clock().set_speed(transaction, Speed(speed))


def advance_clock(directory: Path, seconds: float) -> Reading:
    """Advance the clock by some simulated seconds: recovery points age, operations finish.

    Raises:
        SimulatorError: The time is not positive.

    """
    if seconds <= 0:
        raise SimulatorError("the clock only goes forward: name a time such as +4h")
    with Store(directory).transaction(write=True) as transaction:
        Clock().put_forward(transaction, seconds)
        return Clock().read(transaction)


def read_clock(directory: Path) -> Reading:
    """Return the simulated time and the clock's speed."""
    with Store(directory).transaction(write=False) as transaction:
        return Clock().read(transaction)


def resources(directory: Path) -> list[tuple[str, str, str]]:
    """Return id, type and provisioning state of every resource."""
    with Store(directory).transaction(write=False) as transaction:
        now = Clock().read(transaction).seconds
        return [
            (resource.id.text, resource.id.type, state(resource, now))
            for resource in transaction.all_resources()
        ]


def data_plane_faults(directory: Path) -> list[str]:
    """Return the faults of the data plane in what Azure accepted, each with its rule's id."""
    with Store(directory).transaction(write=False) as transaction:
        return overlaps(transaction)


def add_fault(directory: Path, order: FaultRequest) -> None:
    """Inject a fault.

    Raises:
        SimulatorError: There is no such kind, region or type, or a number is negative.

    """
    if order.kind not in list(FaultKind):
        raise SimulatorError(f"no fault {order.kind!r}; it is one of {', '.join(FaultKind)}")
    place = canonical_region(order.region)
    if place and not is_region(place):
        raise SimulatorError(f"no region {order.region!r}")
    if order.kind == FaultKind.REGION_DOWN and not place:
        raise SimulatorError("which region is down? name it: --region eastasia")
    known = {name.partition("/")[2] for name in REGISTRY}
    last = {name.rpartition("/")[2] for name in REGISTRY}
    if order.type and order.type.lower() not in known | last | set(REGISTRY):
        raise SimulatorError(f"no resource type {order.type!r}; known: {', '.join(sorted(known))}")
    if order.after < 0 or (order.count is not None and order.count < 1):
        raise SimulatorError("a fault applies after 0 or more writes, to 1 or more")
    with Store(directory).transaction(write=True) as transaction:
        now = Clock().read(transaction).seconds
        faults.add(transaction, replace(order, region=place, type=order.type.lower()), now)


def read_faults(directory: Path) -> list[Fault]:
    """Return the injected faults, and how many matching writes each has counted."""
    with Store(directory).transaction(write=False) as transaction:
        return faults.injected(transaction)


def clear_faults(directory: Path) -> None:
    """Remove all faults: a region that was down answers again."""
    with Store(directory).transaction(write=True) as transaction:
        faults.clear(transaction, Clock().read(transaction).seconds)


def vary_durations(directory: Path, seed: str) -> None:
    """Let durations vary about the measured ones, the same for the same seed; empty: not at all."""
    with Store(directory).transaction(write=True) as transaction:
        transaction.set(SEED, seed)


def advertise(directory: Path, prefixes: Sequence[str], circuit: str = "") -> None:
    """Let on-premises routers advertise prefixes over a circuit, or over all without their own.

    Args:
        directory: Where the store is.
        prefixes: What they advertise, in place of what they did (192.168.0.0/16 at first).
        circuit: The circuit's name; empty: every circuit that has no prefixes of its own.

    Raises:
        SimulatorError: A prefix is none.

    """
    for prefix in prefixes:
        try:
            ip_network(prefix)
        except ValueError:
            raise SimulatorError(f"{prefix!r} is not a prefix such as 192.168.0.0/16") from None
    with Store(directory).transaction(write=True) as transaction:
        on_premises.advertise(transaction, prefixes, circuit)


def permit(directory: Path, grants: Sequence[Permission]) -> None:
    """Set the role permissions of the client; everything is permitted at first."""
    with Store(directory).transaction(write=True) as transaction:
        access_control.set_permissions(transaction, grants)


def log_authorizations(directory: Path, file: Path | None) -> None:
    """Log every action that Azure checks, of reads too, to a file; None: no more, as at first."""
    with Store(directory).transaction(write=True) as transaction:
        authorization_log.start(transaction, file)


def deny(directory: Path, denials: Sequence[DenyAssignment]) -> None:
    """Set the deny assignments, as Azure itself, or a deployment stack, makes them."""
    with Store(directory).transaction(write=True) as transaction:
        access_control.set_deny_assignments(transaction, denials)


def assign_policies(directory: Path, assignments: Sequence[PolicyAssignment]) -> None:
    """Set the policy assignments that deny; there are none at first."""
    with Store(directory).transaction(write=True) as transaction:
        policies.set_assignments(transaction, assignments)


def unregister(directory: Path, namespaces: Sequence[str]) -> None:
    """Set the resource providers that are not registered; all are at first."""
    with Store(directory).transaction(write=True) as transaction:
        resource_providers.set_unregistered(transaction, namespaces)


def answer_commands(directory: Path, machine: str, output: str = "", status: int = 0) -> None:
    """Set what every script by Run Command prints on a machine, and its exit status.

    Without it a script prints nothing and ends with 0.
    """
    with Store(directory).transaction(write=True) as transaction:
        set_answer(transaction, machine, output, status)


def limit(directory: Path, name: str, most: int) -> None:
    """Set a quota of every region, by the name that its usages have, such as ``cores``."""
    with Store(directory).transaction(write=True) as transaction:
        usages.set_limit(transaction, name, most)


def expect_on_premises(directory: Path, prefixes: Sequence[str]) -> None:
    """Set the prefixes of every circuit that :func:`advertise` does not set.

    Azure does not know what lies on-premises, so somebody has to say it.
    """
    store = Store(directory)
    with store.transaction(write=False) as transaction:
        if on_premises.expected(transaction) == [*prefixes]:
            return
    with store.transaction(write=True) as transaction:
        on_premises.expect(transaction, prefixes)


def install_provider(directory: Path, python: Path) -> Path:
    """Write the executable by which the engine finds the simulated azure-native provider.

    Args:
        directory: Where to put it; it goes on PATH.
        python: The interpreter whose packages the provider needs.

    """
    directory.mkdir(parents=True, exist_ok=True)
    script = directory / PLUGIN
    root, executable = (shlex.quote(os.fspath(path)) for path in (_ROOT, python))
    text = (
        "#!/bin/sh\n"
        f"PYTHONPATH={root}${{PYTHONPATH:+:$PYTHONPATH}} "
        f'exec {executable} -m sparehub.simulator.provider.plugin "$@"\n'
    )
    script.write_bytes(os.fsencode(text))
    script.chmod(0o755)
    return script


def _set_provisioned(directory: Path, circuit: str, *, provisioned: bool) -> None:
    with Store(directory).transaction(write=True) as transaction:
        stored = _circuit(transaction, circuit)
        stored.private["provisioned"] = provisioned
        transaction.touch(stored)


def _circuit(transaction: Transaction, circuit: str) -> Resource:
    """Return the circuit with a name or id."""
    circuits = transaction.of_type(CIRCUIT)
    wanted = circuit.lower()
    matching = [stored for stored in circuits if wanted in (stored.key, stored.id.name.lower())]
    if len(matching) != 1:
        ids = [stored.id.text for stored in circuits]
        raise UnknownCircuitError(circuit, ids, [stored.id.text for stored in matching])
    return matching[0]
