"""What agents need to reach from either region (SR-68)."""

from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.agent_destinations import agent_destinations
from tests.configurations import OURS, shipped, stack_of
from tests.site_recovery_files import protected, recovery

ACCOUNT = OURS + "/resourceGroups/g/providers/Microsoft.Automation/automationAccounts/aa"


def stacks(**values: dict[str, object]) -> dict[str, Stack]:
    configs = {name: stack_of(each) for name, each in values.items()}
    return {name: Stack(name=name, config=c, region=build(c)) for name, c in configs.items()}


def tags(pair: dict[str, Stack]) -> dict[str, list[str]]:
    found = agent_destinations(pair)
    return {stack: [each.service_tag for each in services] for stack, services in found.items()}


def test_each_region_names_its_own_storage_and_the_other_regions_event_hubs() -> None:
    """In both regions: failed over machines replicate back."""
    assert tags(stacks(primary=protected(), secondary=recovery())) == {
        "primary": [
            "Storage.eastasia",
            "AzureActiveDirectory",
            "EventHub.southeastasia",
            "AzureSiteRecovery",
        ],
        "secondary": [
            "Storage.southeastasia",
            "AzureActiveDirectory",
            "EventHub.eastasia",
            "AzureSiteRecovery",
        ],
    }


def test_only_the_storage_takes_the_service_endpoint() -> None:
    """So the NVA, or a NAT gateway, is met by all the others."""
    pair = stacks(primary=protected(), secondary=recovery())

    found = agent_destinations(pair)["primary"]

    assert [each.service_tag for each in found if each.by_endpoint] == ["Storage.eastasia"]
    assert [each.host for each in found if not each.by_endpoint] == [
        "login.microsoftonline.com",
        "*.servicebus.windows.net",
        "*.hypervrecoverymanager.windowsazure.com",
    ]


def test_updates_of_the_agents_need_one_more() -> None:
    """Also in the region whose file does not say so."""
    values = recovery()
    updates = {"automationAccountId": ACCOUNT}
    values["sparehub:region"]["siteRecovery"]["agentUpdates"] = updates

    found = tags(stacks(primary=protected(), secondary=values))

    assert [each[-1] for each in found.values()] == ["GuestAndHybridManagement"] * 2


def test_a_pair_without_machines_and_a_single_file_have_no_agents() -> None:
    """The twins."""
    assert tags(stacks(primary=shipped("primary"), secondary=shipped("secondary"))) == {}
    assert tags(stacks(primary=protected())) == {}
