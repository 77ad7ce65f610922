"""What the portal made in a vault comes under Pulumi: adopted, imported, and nothing made twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.cli.authoring.adopt import adopt_file
from sparehub.output import Output
from tests.engine.conftest import Engine
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.site_recovery_files import REPLICATE

HERE, THERE = "eastasia", "southeastasia"
ROOT = "region/site-recovery"
ITEM = "Qx3vJ0aT9kLm2nB7cYw5ZrE8sHdUfGpK1oIi4VtA6Ny"
KINDS = (
    "virtualNetworks",
    "routeTables",
    "virtualNetworkGateways",
    "connections",
    "expressRouteCircuits",
)


class Portal:
    """Replicates a machine of the primary's spoke1, under the portal's names (SR-41)."""

    def __init__(self, azure: Engine) -> None:
        self.arm = Arm(azure.store)
        spokes = {
            stack: azure.outputs(stack)["spokeVirtualNetworkIds"]["spoke1"]
            for stack in ("primary", "secondary")
        }
        self.networks = {HERE: spokes["primary"], THERE: spokes["secondary"]}
        self.cache = azure.outputs("primary")["cacheStorageAccountId"]
        self.root = self.cache.partition("/resourceGroups/")[0]
        self.group = f"{self.root}/resourceGroups/rg-asr"
        self.vault = f"{self.group}/providers/Microsoft.RecoveryServices/vaults/portal"
        self.policy = f"{self.vault}/replicationPolicies/24-hour-retention-policy"
        self.fabrics = {
            place: f"{self.vault}/replicationFabrics/asr-a2a-default-{place}"
            for place in (HERE, THERE)
        }
        self.containers = {
            place: f"{fabric}/replicationProtectionContainers/asr-a2a-default-{place}-container"
            for place, fabric in self.fabrics.items()
        }
        self.item = f"{self.containers[HERE]}/replicationProtectedItems/{ITEM}"

    def make(self) -> None:
        self.arm.put(self.group, {"location": THERE})
        self.arm.put(self.vault, asr_vault())
        history = asr.A2A | {"multiVmSyncStatus": "Enable", "recoveryPointHistory": 1440}
        policy = history | {"appConsistentFrequencyInMinutes": 0}
        self._accept(self.policy, {"providerSpecificInput": policy})
        for place in (HERE, THERE):
            asr.accept(self.arm, "PUT", *asr.fabric(self.fabrics[place], place))
            asr.accept(self.arm, "PUT", *asr.container(self.containers[place]))
        for here, there in ((HERE, THERE), (THERE, HERE)):
            self._map(here, there)
        self._protect()

    def _accept(self, path: str, properties: dict[str, Any]) -> None:
        asr.accept(self.arm, "PUT", path, {"properties": properties})

    def _map(self, here: str, there: str) -> None:
        name = f"{here}-{there}-24-hour-retention-policy"
        mapping = f"{self.containers[here]}/replicationProtectionContainerMappings/{name}"
        properties = {
            "policyId": self.policy,
            "targetProtectionContainerId": self.containers[there],
            "providerSpecificInput": asr.A2A | {"agentAutoUpdateStatus": "Disabled"},
        }
        self._accept(mapping, properties)
        networks = f"{self.fabrics[here]}/replicationNetworks/azureNetwork"
        properties = {
            "recoveryFabricName": f"asr-a2a-default-{there}",
            "recoveryNetworkId": self.networks[there],
            "fabricSpecificDetails": {
                "instanceType": "AzureToAzure",
                "primaryNetworkId": self.networks[here],
            },
        }
        self._accept(f"{networks}/replicationNetworkMappings/map-{here}", properties)

    def _protect(self) -> None:
        group = f"{self.root}/resourceGroups/rg-app"
        nic = f"{group}/providers/Microsoft.Network/networkInterfaces/app1nic"
        machine = f"{group}/providers/Microsoft.Compute/virtualMachines/app1"
        public = f"{group}/providers/Microsoft.Network/publicIPAddresses/app1-ip"
        way_out = {"publicIPAddress": {"id": public}}  # no NVA is there for its agent (SR-68)
        subnet = way_out | {"subnet": {"id": f"{self.networks[HERE]}/subnets/app"}}
        disk = {"name": "app1-os", "createOption": "FromImage", "osType": "Linux"}
        self.arm.put(group, {"location": HERE})
        self.arm.put(f"{group}-asr", {"location": THERE})
        standard = {"publicIPAllocationMethod": "Static"}
        address = {"location": HERE, "sku": {"name": "Standard"}, "properties": standard}
        self.arm.put(public, address)
        configurations = [{"name": "default", "properties": subnet}]
        self.arm.put(nic, {"location": HERE, "properties": {"ipConfigurations": configurations}})
        properties = {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"osDisk": disk},
            "networkProfile": {"networkInterfaces": [{"id": nic}]},
        }
        self.arm.put(machine, {"location": HERE, "properties": properties})
        copied = {
            "diskId": f"{group}/providers/Microsoft.Compute/disks/app1-os",
            "primaryStagingAzureStorageAccountId": self.cache,
            "recoveryResourceGroupId": f"{group}-asr",
        }
        details = asr.A2A | {
            "fabricObjectId": machine,
            "recoveryContainerId": self.containers[THERE],
            "recoveryResourceGroupId": f"{group}-asr",
            "vmManagedDisks": [copied],
        }
        self._accept(self.item, {"policyId": self.policy, "providerSpecificDetails": details})
        asr.until_protected(self.arm, self.item)

    def export(self) -> list[dict[str, Any]]:
        """Return networks and vault as ARM lists them."""
        groups = self.arm.get(f"{self.root}/resourcegroups")["value"]
        networks = [
            each
            for group in groups
            for kind in KINDS
            for each in self.arm.get(f"{group['id']}/providers/Microsoft.Network/{kind}")["value"]
        ]
        lists = (
            "replicationFabrics",
            "replicationPolicies",
            "replicationProtectionContainers",
            "replicationProtectionContainerMappings",
            "replicationNetworkMappings",
            "replicationProtectedItems",
        )
        inside = [each for kind in lists for each in self.arm.get(f"{self.vault}/{kind}")["value"]]
        return [*groups, *networks, self.arm.get(self.vault), *inside]


def asr_vault() -> dict[str, Any]:
    """Return the body of a vault."""
    identity = {"type": "SystemAssigned"}
    sku = {"name": "Standard"}
    return {"location": THERE, "sku": sku, "identity": identity, "properties": {}}


@pytest.mark.long
def test_what_the_portal_made_in_a_vault_is_imported_and_not_made_twice(
    engine: Callable[..., Engine], capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what was missing is created: mappings of the second spoke, and an account."""
    azure = engine("primary", "secondary")
    azure.up("secondary")
    idle = REPLICATE | {"machines": {}}
    azure.change("primary", lambda config: config["sparehub:region"].update(replicate=idle))
    azure.up("primary")
    portal = Portal(azure)
    portal.make()
    source = azure.rehearsal.home.path / "resources.json"
    of_primary = azure.outputs("primary")["hubVirtualNetworkId"].partition("/providers/")[0]
    kept = [each for each in portal.export() if not each["id"].startswith(of_primary)]
    source.write_text(json.dumps(kept))
    out = source.with_name("adopted.yaml")

    adopt_file(source, out, Output(as_json=True), subscription=None, resource_group=None)
    report = json.loads(capsys.readouterr().out)
    recovery = _site_recovery(out.read_text())
    azure.change("secondary", lambda config: config["sparehub:region"].update(recovery))
    imports = json.loads(out.with_suffix(".import.json").read_text())["resources"]
    region = next(urn for urn in _urns(azure, "secondary") if urn.endswith("::region"))
    wanted = [each for each in imports if each["name"].startswith(ROOT)]
    document = {"nameTable": {"region": region}, "resources": wanted}
    path = source.with_name("import.json")
    path.write_text(json.dumps(document))
    options = ("--yes", "--skip-preview", "--generate-code=false", "--stack", "secondary")
    with azure.writes() as imported:
        azure.rehearsal.pulumi("import", "-f", str(path), *options)
    made = azure.up("secondary")

    machine = report["other"]["replicate"]["machines"]["app1"]
    assert (machine["spoke"], list(machine["networkInterfaces"])) == ("spoke1", ["app1nic"])
    assert imported == []
    policy = "24-hour-retention-policy"
    assert {each for each in made if each[0] != "create"} == {
        ("update", f"{HERE}-{THERE}-{policy}"),  # its ids as the vault spells them (SR-30)
        ("update", f"{THERE}-{HERE}-{policy}"),
        ("update", "rg-app-asr"),  # its tags
    }
    assert {name for operation, name in made if operation == "create"} == {
        *(f"asr-a2a-default-{place}-container" for place in (HERE, THERE)),  # deployments
        f"{HERE}-to-{THERE}-spoke2",
        f"{THERE}-to-{HERE}-spoke2",
        f"portal{THERE}",
    }
    assert len(portal.arm.get(f"{portal.vault}/replicationFabrics")["value"]) == 2
    assert portal.arm.get(portal.item)["name"] == ITEM
    assert azure.up("secondary") == []


def _urns(azure: Engine, stack: str) -> list[str]:
    state = json.loads(azure.rehearsal.pulumi("stack", "export", "--stack", stack))
    return [each["urn"] for each in state["deployment"]["resources"]]


def _site_recovery(text: str) -> dict[str, Any]:

    region = YAML(typ="safe").load(text)["config"]["sparehub:region"]
    return {"siteRecovery": region["siteRecovery"]}
