"""Private names before a failover, asked of the local Azure."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from sparehub.azure.answers import Answer, silence
from sparehub.azure.local import local_azure
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.preflight.private_names import private_names_are_known
from sparehub.failover.queries.private_names import read_private_names
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import stack_of
from tests.replicated_pair import pair_of
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import GROUP, NETWORK, SUBSCRIPTION, group, subnet, virtual_network
from tests.simulator.arm.test_private_dns import ACCOUNT, ZONE, endpoint, link, zone, zone_group
from tests.site_recovery_files import SITE_RECOVERY, protected, recovery

LOCATIONS = {"primary": "eastasia", "secondary": "southeastasia"}
KEYS = ("hub", "spoke1", "spoke2")
OTHER = ACCOUNT.replace("data", "data2")


@dataclass
class Estate:
    """Both regions' networks on a local Azure, and the files."""

    arm: Arm
    directory: Path
    more: dict[str, Any]
    """Keys of the second region."""
    network_alone: bool = False
    """Whether no machine is replicated."""

    def ask(self, mode: Mode = Mode.PLANNED, *, unread: str = "") -> list[Objection]:
        here, there = protected(), recovery()
        if self.network_alone:
            del here["sparehub:region"]["replicate"], there["sparehub:region"]["siteRecovery"]
        there["sparehub:region"] |= self.more
        pair = pair_of(here, there)
        situation = PreflightContext(
            plan=plan(pair["primary"], pair["secondary"], PlanKind.FAILOVER, mode),
            pair=pair,
            states={name: snapshot(name) for name in LOCATIONS if name != unread},
            journal_state=JournalState(),
            stacks=cast("Any", None),
            azure=local_azure(self.directory, SUBSCRIPTION.rpartition("/")[2]),
        )
        return [*private_names_are_known(situation)]

    def texts(self, **how: Any) -> list[tuple[str, Refuses, str]]:
        return [(each.text, each.refuses, each.stack) for each in self.ask(**how)]


def snapshot(stack: str) -> Snapshot:
    names = {"hub": REGION.hub.network}
    names |= {key: REGION.spoke_network(key) for key in KEYS[1:]}
    ids = {
        name: ResourceId.of(f"{NETWORK}/virtualNetworks/{stack}-{key}")
        for key, name in names.items()
    }
    nothing = dict.fromkeys(Snapshot.__dataclass_fields__)
    made: Snapshot = cast("Any", Snapshot)(**nothing | {"ids": ids})
    return made


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    arm = Arm(tmp_path)
    arm.put(*group())
    for stack, location in LOCATIONS.items():
        for number, key in enumerate(KEYS):
            prefix = f"10.{number}.0.0/24"
            arm.put(*virtual_network(f"{stack}-{key}", prefix, location=location))
            arm.put(*subnet(f"{stack}-{key}", "data", f"10.{number}.0.0/25"))
    arm.put(*zone())
    return Estate(arm, tmp_path, {})


def put_endpoint(arm: Arm, stack: str, target: str = ACCOUNT) -> None:
    path, body = endpoint(f"pe-{stack}", f"{stack}-spoke1", target)
    arm.put(path, body | {"location": LOCATIONS[stack]})


def test_nothing_private_raises_no_objection(estate: Estate) -> None:
    assert estate.ask() == []


def test_a_zone_of_one_side_refuses_a_planned_failover(estate: Estate) -> None:
    """The printed command repairs it: what it writes is written here."""
    estate.arm.put(*link("primary-hub"))

    ((text, refuses, stack),) = estate.texts()
    assert text.startswith(f"private DNS zone {ZONE.rpartition('/')[2]} is linked to primary-hub")
    assert (refuses, stack) == (Refuses.PLANNED, "secondary")
    (found,) = estate.ask()
    assert f"--virtual-network {NETWORK}/virtualNetworks/secondary-hub" in found.hint
    estate.arm.put(*link("secondary-hub"))
    assert estate.ask() == []


def test_an_endpoint_without_a_twin_refuses_until_one_stands_for_it(estate: Estate) -> None:
    """Made of the same service, or of what the file names; with a record of its own."""
    put_endpoint(estate.arm, "primary")
    estate.arm.put(*zone_group(f"{NETWORK}/privateEndpoints/pe-primary"))
    assert [each.refuses for each in estate.ask()] == [Refuses.PLANNED]
    assert "has no twin in secondary" in estate.ask()[0].text

    put_endpoint(estate.arm, "secondary", OTHER)
    assert "has no twin in secondary" in estate.ask()[0].text
    estate.more = {"pairedResources": {ACCOUNT: OTHER}}
    assert "has no record in privatelink.blob" in estate.ask()[0].text
    estate.arm.put(*zone_group(f"{NETWORK}/privateEndpoints/pe-secondary"))
    assert estate.ask() == []
    estate.more = {"pairedResources": {ACCOUNT: "none"}}
    estate.arm.send("DELETE", f"{NETWORK}/privateEndpoints/pe-secondary")
    assert estate.ask() == []


def test_a_pair_without_site_recovery_says_what_it_does_not_need(estate: Estate) -> None:
    """A service and a zone, by the same key of the file of the region that takes over."""
    estate.network_alone = True
    put_endpoint(estate.arm, "primary")
    estate.arm.put(*link("primary-hub"))
    assert [each.refuses for each in estate.ask()] == [Refuses.PLANNED] * 2

    estate.more = {"pairedResources": {ACCOUNT: "none", ZONE: "none"}}
    assert estate.ask() == []
    estate.more = {"pairedResources": {OTHER: "none", ZONE: "none"}}
    assert ["has no twin" in each.text for each in estate.ask()] == [True]


def test_a_network_that_does_not_register_refuses_nothing(estate: Estate) -> None:
    """It is a warning: the records of machines that are left stay."""
    path, body = link("primary-hub")
    body["properties"]["registrationEnabled"] = True
    estate.arm.put(path, body)
    estate.arm.put(*link("secondary-hub"))

    ((text, refuses, _),) = estate.texts()
    assert text.startswith("machines of primary-hub register in ")
    assert refuses is Refuses.NONE


def test_a_lost_region_is_not_asked_for_the_zones_of_its_endpoints(estate: Estate) -> None:
    """An unplanned failover names what has no twin, and nothing that only that region knows."""
    put_endpoint(estate.arm, "primary")
    put_endpoint(estate.arm, "secondary")
    estate.arm.put(*zone_group(f"{NETWORK}/privateEndpoints/pe-primary"))
    assert len(estate.ask()) == 1

    estate.arm.inject("region-down", region="eastasia")
    assert estate.ask(Mode.UNPLANNED) == []
    estate.arm.send("DELETE", f"{NETWORK}/privateEndpoints/pe-secondary")
    assert ["has no twin" in each.text for each in estate.ask(Mode.UNPLANNED)] == [True]


def test_a_vault_without_public_access_needs_its_zone(estate: Estate) -> None:
    """SR-67: where machines are, and where they arrive."""
    vault = {"name": "rsv-sparehub", "publicNetworkAccess": "Disabled"}
    estate.more = {"siteRecovery": SITE_RECOVERY | {"vault": vault}}

    assert {each.stack for each in estate.ask()} == {"primary", "secondary"}
    path = f"{NETWORK}/privateDnsZones/privatelink.siterecovery.windowsazure.com"
    estate.arm.put(*zone(path))
    for stack in LOCATIONS:
        for key in KEYS[1:]:
            estate.arm.put(*link(f"{stack}-{key}", zone=path))
    assert estate.ask() == []


def test_what_cannot_be_read_is_said(estate: Estate) -> None:
    """An index that does not answer, and a state: neither refuses."""
    estate.arm.put(*link("primary-hub"))
    assert estate.ask(unread="primary") == []

    class Silent:
        def act(self, *_: Any) -> Answer:
            return silence("no answer")

    read = read_private_names(cast("Any", Silent()), [])
    assert read.unread == (
        "links of private DNS zones: no answer",
        "private endpoints: no answer",
    )


@pytest.mark.parametrize("value", ["nothing", "/subscriptions/x", GROUP])
def test_only_an_id_or_none_stands_for_a_resource(value: str) -> None:
    values = recovery()
    values["sparehub:region"]["pairedResources"] = {ACCOUNT: value}

    with pytest.raises(ConfigurationError, match="is not the id of a resource"):
        stack_of(values)
