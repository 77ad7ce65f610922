"""``make demo-machines``: machines and network move together, there, back, and from a lost region.

The pair of ``examples/site-recovery`` on a local Azure. After each step Azure is read: where each
machine runs and with which address, and which region is connected to on-premises.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.demo.demonstration import DemoError, Demonstration, demonstrate
from engine.paths import ROOT
from sparehub.azure.local import local_azure
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.drill.simulator_machines import make_machines
from sparehub.drill.workspace import Rehearsal
from sparehub.failover.machines.azure_machines import (
    MachineError,
    power_state,
    read_interface,
    read_machine,
)
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ExitCode
from sparehub.topology.replication.direction import Machine, replication

EXAMPLE = ROOT / "examples" / "site-recovery"
PRIMARY, SECONDARY = "eastasia", "southeastasia"
RESOURCES = {"primary": 21, "secondary": 34}
"""What the stacks of the example create."""
RUNNING, STOPPED, DELETED, SILENT = "running", "deallocated", "deleted", "no answer"
_ANSWER = ("--confirm", "group-1-after-1=dc1 answers")
"""The manual action of the example's recovery plan; a person would be asked."""
_DRILL_ANSWERS = tuple(f"--answer={group}=yes" for group in (1, 2, 3))
"""What a person would say of the groups of the example's recovery plan."""
CIRCUITS = {PRIMARY: "hong-kong", SECONDARY: "singapore"}


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What Azure shows: the machines in both regions, and the region that on-premises reaches."""

    primary: str
    secondary: str
    live: str


@dataclass
class MachinesDemo(Demonstration):
    """Both regions with the machines of the example."""

    situations: dict[str, Situation] = field(default_factory=dict)
    """What was found after each step, by its title."""

    def __post_init__(self) -> None:
        """Read the stack files of the example."""
        self.azure = local_azure(self.rehearsal.home.simulator, LOCAL_SUBSCRIPTION)
        self.pair = {name: read_stack(self.rehearsal.project, name) for name in STACKS}
        away = replication(self.pair, "primary", LOCAL_SUBSCRIPTION)
        if away is None:
            raise DemoError(f"{EXAMPLE} replicates no machine")
        self.machines = away.machines
        self.names = ",".join(sorted(machine.name for machine in self.machines))

    def build_both(self) -> None:
        """Deploy both regions, and create the machines and the NVAs, which are not Sparehub's."""
        self.build("build the primary, active", "primary", RESOURCES["primary"])
        self.build("build the secondary, on standby", "secondary", RESOURCES["secondary"])
        make_machines(self.azure, self.pair, LOCAL_SUBSCRIPTION)
        note = f"  {self.names} and an NVA in each region are made, as somebody else would"
        self.output.results.print(note)

    def act(self, title: str, action: Callable[[], None], expected: Situation) -> None:
        """Run a step, then hold what Azure shows to what the step promises.

        Raises:
            DemoError: where Azure shows anything else.
        """
        self.step(title, action)
        found = self.read()
        if found != expected:
            raise DemoError(f"{title}: expected {expected}, but Azure shows {found}")
        self.situations[title] = found
        self.checked(
            f"machines in {PRIMARY}: {found.primary}; in {SECONDARY}: {found.secondary}, "
            f"with the addresses of the files; live: {found.live}"
        )

    def move(self, kind: str, *options: str, code: ExitCode = ExitCode.DONE) -> None:
        """Plan an operation, then carry out exactly this plan."""
        file = f"{kind}.json"
        self.sparehub("plan", kind, *options, "--out", file)
        self.sparehub(kind, *options, "--yes", "--plan", file, *_ANSWER, code=code)

    def drill(self) -> None:
        """Test the failover of the machines, validate them, and clean up."""
        plan = ("plan", "drill", "--out", "drill.json")
        confirmed = ("--yes", "--plan", "drill.json")
        self.sparehub(*plan)
        self.sparehub("drill", "start", *confirmed)
        self.sparehub("drill", "validate", "--approver", "demo", *_DRILL_ANSWERS)
        self.sparehub(*plan)  # another one: the file says now that a drill is on
        self.sparehub("drill", "stop", "--result", "every group has passed", *confirmed)

    def prepare(self, kind: str) -> None:
        """Commit the machines, and replicate them the other way."""
        self.sparehub("commit", "--yes")
        self.sparehub(kind, "--prepare", "--yes", "--confirm-deletion", self.names)

    def lose(self) -> None:
        """Let the primary's region be down, and fail over without it."""
        self.sparehub("simulate", "fault", "add", "region-down", "--region", PRIMARY)
        self.move("failover", "--unplanned", code=ExitCode.OPEN_ITEMS)

    def restore(self) -> None:
        """Let the region answer again: its machines run as before."""
        self.sparehub("simulate", "fault", "clear")
        self.sparehub("status", code=ExitCode.OPEN_ITEMS)

    def finish(self) -> None:
        """Stop the source machines, then disconnect their region, then lift its fence."""
        self.sparehub("finish-fence", "--yes")
        self.sparehub("status")

    def read(self) -> Situation:
        """Read both copies of each machine, every connection, and the peerings of the circuits.

        Raises:
            DemoError: where a machine runs elsewhere than the files say.
        """
        return Situation(
            primary=self._state(lambda machine: machine.id),
            secondary=self._state(lambda machine: machine.arrives),
            live=" and ".join(filter(self._is_live, CIRCUITS)),
        )

    def _is_live(self, region: str) -> bool:
        """Return whether a region has its connection, and the peering of its circuit is enabled."""
        name = CIRCUITS[region]
        ids = {path.split("/")[-1]: path for path, _, _ in control.resources(self.azure.store)}
        peering = self.azure.send("GET", f"{ids[f'erc-{name}']}/peerings/AzurePrivatePeering")
        return f"con-{region}-{name}" in ids and peering.properties["state"] == "Enabled"

    def _state(self, identity: Callable[[Machine], ResourceId]) -> str:
        """Return the state that all copies in a region have."""
        states = {machine.name: self._copy(machine, identity(machine)) for machine in self.machines}
        if len(set(states.values())) != 1:
            raise DemoError(f"the machines are not alike: {states}")
        return next(iter(states.values()))

    def _copy(self, machine: Machine, identity: ResourceId) -> str:
        """Return the state of one copy; one that runs has to have the address of the files."""
        try:
            state = power_state(self.azure, identity).partition("/")[2]
            if state == RUNNING:
                self._require_addresses(machine, identity)
        except MachineError:
            return SILENT
        return state or DELETED

    def _require_addresses(self, machine: Machine, identity: ResourceId) -> None:
        found = read_machine(self.azure, identity)
        nics = [read_interface(self.azure, nic) for nic in found.interfaces] if found else []
        addresses = {nic.id.name: (nic.subnet.name, nic.address) for nic in nics}
        wanted = {each.name: (each.subnet, each.address) for each in machine.interfaces}
        if addresses != wanted:
            raise DemoError(f"{machine.name} has {addresses}, and not {wanted}")

    def show_situations(self) -> None:
        """Print where the machines were after each step."""

        def row(title: str) -> tuple[str, str, str]:
            found = self.situations.get(title)
            return (found.primary, found.secondary, found.live) if found else ("", "", "")

        headers = (f"machines in {PRIMARY}", f"in {SECONDARY}", "live")
        self.show_steps(headers, lambda step: row(step.title))


def run(output: Output, directory: Path) -> None:
    """Run the whole demo in an empty directory.

    Raises:
        SparehubError: where a command fails or a claim does not hold.
    """
    output.results.print(f"simulated Azure at {directory / 'simulator'}")
    demo = MachinesDemo(Rehearsal.begin(directory, EXAMPLE, STACKS, os.environ), output)
    home = Situation(primary=RUNNING, secondary=DELETED, live=PRIMARY)
    away = Situation(primary=STOPPED, secondary=RUNNING, live=SECONDARY)
    demo.build_both()
    demo.act("replicate the machines", lambda: demo.sparehub("replicate", "--yes"), home)
    demo.act("test the failover in a drill", demo.drill, home)
    demo.act("fail over, planned", lambda: demo.move("failover"), away)
    demo.act("re-protect", lambda: demo.prepare("failback"), replace(away, primary=DELETED))
    demo.act(
        "fail back",
        lambda: demo.move("failback"),
        Situation(primary=RUNNING, secondary=STOPPED, live=PRIMARY),
    )
    demo.act("re-protect again", lambda: demo.prepare("failover"), home)
    demo.act(
        "fail over, the region is lost",
        demo.lose,
        Situation(primary=SILENT, secondary=RUNNING, live=SECONDARY),
    )
    demo.act(
        "the region is back",
        demo.restore,
        Situation(primary=RUNNING, secondary=RUNNING, live=SECONDARY),
    )
    demo.act("finish the fence", demo.finish, away)
    demo.step("write the report", lambda: demo.sparehub("report", "-o", "pair.html"))
    demo.show_situations()
    output.results.print(f"\nthe report: {demo.rehearsal.project / 'pair.html'}")


def main() -> None:
    """Run the demo in ``$SPAREHUB_HOME``."""
    demonstrate("demo-machines", run)


if __name__ == "__main__":
    main()
