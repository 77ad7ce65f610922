"""A wrong stack file: every problem, in the words of the file, in one message."""

from collections.abc import Callable
from typing import Any

import pytest

from sparehub.topology.config.schema import RegionConfig
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.build import build
from sparehub.topology.rules.stack_file.parse import parse_stack
from tests.configurations import OURS, shipped, with_spokes
from tests.site_recovery_files import MACHINES, SITE_RECOVERY, protected, recovery
from tests.topology.invalid_stack_files import CIRCUIT_PATH, WRONG, Change, circuit

CIRCUIT_ID = f"{OURS}/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/erc-a"


def problems_of(values: dict[str, Any], *, secret: bool = False) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        build(parse_stack(values, secret=secret))
    return [str(problem) for problem in caught.value.problems]


def changed(change: Change) -> dict[str, Any]:
    """Return the primary's keys with one change to its region."""
    values = shipped("primary")
    change(values["sparehub:region"])
    return values


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_by_path_value_and_rule(name: str) -> None:
    """Each wrong change is refused with its path, its value and its rule, and nothing else."""
    change, expected = WRONG[name]

    assert problems_of(changed(change)) == expected


@pytest.mark.parametrize("stack", ["primary", "secondary"])
def test_the_shipped_files_are_accepted(stack: str) -> None:
    """Both shipped files are accepted and can be built."""
    assert build(parse_stack(shipped(stack))).location in {"eastasia", "southeastasia"}


def test_all_problems_come_in_one_message() -> None:
    """Problems of single values and of values together are reported in one run."""
    values = shipped("primary")
    values["sparehub:activation"] = "on"
    values["sparehub:activaton"] = "active"
    region = values["sparehub:region"]
    region["hub"]["nva"]["ipAddress"] = "10.10.10.200"
    region["spokes"]["spoke1"]["addressSpace"] = ["10.10.10.9/25"]
    circuit(region).pop("peeringLocation")

    with pytest.raises(ConfigurationError) as caught:
        parse_stack(values, stack="primary")

    assert str(caught.value).splitlines() == [
        "the configuration of stack 'primary' has 7 problems; nothing was created:",
        "  activation: must be 'standby' or 'active'; it is 'on' (CONFIG)",
        "  activaton: unknown key; did you mean 'activation'? (CONFIG)",
        f"  {CIRCUIT_PATH}.peeringLocation: missing; this key is required (CONFIG)",
        (
            "  region.hub.nva.ipAddress: 10.10.10.200 is in GatewaySubnet 10.10.10.128/25: "
            "only the gateway may (VN-09)"
        ),
        (
            "  region.spokes.spoke1.addressSpace: 10.10.10.0/25 overlaps 10.10.10.0/24 of "
            "region.hub.addressSpace (PE-03)"
        ),
        (
            "  region.spokes.spoke1.addressSpace[0]: 10.10.10.9/25 has host bits set: "
            "write 10.10.10.0/25 (VN-05)"
        ),
        (
            "  region.spokes.spoke1.subnets.app.addressPrefix: 10.1.0.0/24 of app is outside the "
            "address space 10.10.10.0/25 (VN-06)"
        ),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"authorizationKey": 17, "id": CIRCUIT_ID},
        {"authorizationkey": "hush-hush", "id": CIRCUIT_ID},
        {"id": "hush-hush"},
        {"id": CIRCUIT_ID, "bandwidthInMbps": "hush-hush"},
        {"id": CIRCUIT_ID, "peeringLocation": {"secure": "hush-hush"}},
        "hush-hush",
    ],
)
def test_a_secret_under_a_wrong_key_is_never_shown(wrong: Any) -> None:
    """Where the configuration holds secrets, no text of it is in a message."""
    values = shipped("primary")
    connections = values["sparehub:region"]["expressRoute"]["connections"]
    connections["hong-kong"]["circuit"] = wrong

    assert "hush" not in "\n".join(problems_of(values, secret=True))


def test_a_prefix_is_shown_although_the_configuration_holds_secrets() -> None:
    """An address is not a secret, so the message shows it."""
    values = changed(lambda r: r["onPremises"].update(addressPrefixes=["192.168.1.0/16"]))

    assert problems_of(values, secret=True) == [
        (
            "region.onPremises.addressPrefixes[0]: 192.168.1.0/16 has host bits set: "
            "write 192.168.0.0/16 (VN-05)"
        )
    ]


def test_an_authorization_key_is_not_dumped() -> None:
    """The `region` output is the configuration without secrets."""
    key = {"id": CIRCUIT_ID, "authorizationKey": "hush-hush"}
    sku = {"peeringLocation": "Hong Kong", "sku": {"tier": "Standard"}, "bandwidthInMbps": 50}
    values = shipped("primary")
    values["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"] = key | sku
    region = parse_stack(values).region

    dumped = region.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert dumped["expressRoute"]["connections"]["hong-kong"]["circuit"] == {"id": CIRCUIT_ID} | sku
    assert "hush" not in repr(region)


def test_a_dumped_configuration_can_be_parsed_again() -> None:
    """The `region` output has the values of the file, which the rules of a pair read."""
    values = shipped("secondary")
    config = parse_stack(values)

    dumped = config.region.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert parse_stack(values | {"sparehub:region": dumped}) == config


@pytest.mark.parametrize("make", [protected, recovery])
def test_site_recovery_can_be_dumped_and_parsed_again(make: Callable[[], dict[str, Any]]) -> None:
    """Also the numbers of recovery groups, which are text in JSON."""
    values = make()
    config = parse_stack(values)

    dumped = config.region.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert parse_stack(values | {"sparehub:region": dumped}) == config


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"cacheStorageAccount": {"name": "St"}},
            "cacheStorageAccount.name: 'St' is not the name of a storage account",
        ),
        (
            {"cacheStorageAccount": {}},
            "cacheStorageAccount: must say one of name and id",
        ),
        ({"vault": {"name": "1"}}, "vault.name: '1' is not the name of a Recovery Services vault"),
        (
            {"vault": {"id": f"{MACHINES.format('x')}", "name": "v"}},
            "vault.id: .* is not the id of a Recovery Services vault",
        ),
        (
            {"agentUpdates": {"automationAccountId": "x", "authentication": "RunAsAccount"}},
            "agentUpdates.authentication: must be 'SystemAssignedIdentity'",
        ),
        (
            {"recoveryPlan": {"groups": {"8": {}}}},
            "recoveryPlan.groups.8: must be less than or equal to 7",
        ),
        (
            {"recoveryPlan": {"groups": {"1": {"after": [{"manual": "x", "runbookId": "y"}]}}}},
            r"groups.1.after\[0\].runbookId: 'y' is not the id of a runbook",
        ),
        ({"policy": {"recoveryPointRetentionInHours": 361}}, "must be less than or equal to 360"),
    ],
)
def test_a_wrong_key_of_site_recovery_is_named(change: dict[str, Any], problem: str) -> None:
    """With its place and what is expected of it."""
    values = recovery()
    values["sparehub:region"]["siteRecovery"] = SITE_RECOVERY | change

    with pytest.raises(ConfigurationError, match=problem):
        parse_stack(values)


def test_only_a_region_on_standby_is_disconnected() -> None:
    """`disconnected` is a state between two deployments, never of an active region."""
    values = shipped("primary") | {"sparehub:disconnected": True}

    assert parse_stack(values | {"sparehub:activation": "standby"}).disconnected
    with pytest.raises(ConfigurationError, match="disconnected: an active region is"):
        parse_stack(values)


def test_five_hundred_spokes_are_a_region() -> None:
    """A region may have more than 200 prefixes."""
    region = build(parse_stack(with_spokes(shipped("primary"), 500)))

    assert (len(region.spokes), region.spokes_wait_for_connections) == (500, True)


def test_the_schema_knows_every_key() -> None:
    """Editors complete from the same model that the program reads."""
    schema = RegionConfig.model_json_schema()

    assert sorted(schema["properties"]) == [
        "dnsServers",
        "drill",
        "expressRoute",
        "hooks",
        "hub",
        "intents",
        "name",
        "onPremises",
        "pairedResources",
        "remap",
        "replicate",
        "resourceGroup",
        "routeTables",
        "routes",
        "siteRecovery",
        "spokes",
        "standby",
        "tags",
    ]
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "azure-native:subscriptionId",
            "prod",
            "'prod' is not a subscription's id, which is a GUID",
        ),
        ("azure-native:subscriptionId", "../x", "'../x' is not a subscription's id"),
        ("azure-native:tenantId", "a/b", "'a/b' is not a tenant: its GUID, or one of its domains"),
        ("sparehub:pairedStack", "a b", "'a b' is not a stack name: 1 to 100 letters"),
        ("sparehub:pairedStack", "..\n", r"'..\n' is not a stack name"),
    ],
)
def test_a_value_that_becomes_part_of_a_url_or_path_must_be_a_name(
    key: str, value: str, said: str
) -> None:
    """A subscription, a tenant, a stack."""
    (problem,) = problems_of(shipped("primary") | {key: value})

    assert said in problem


def test_a_subscription_and_a_tenant_may_be_set() -> None:
    """By id, by domain, or as a secret."""
    for tenant in (OURS.split("/")[2], "contoso.onmicrosoft.com", "[secret]"):
        keys = {"azure-native:subscriptionId": OURS.split("/")[2], "azure-native:tenantId": tenant}
        assert parse_stack(shipped("primary") | keys).tenant in {tenant, ""}
