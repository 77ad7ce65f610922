"""A Pulumi program with every azure-native class that Site Recovery needs: copied, not imported."""

# mypy: ignore-errors
# Dictionaries in place of the SDK's classes, as users write them, have no types of their own.

import pulumi
import pulumi_azure_native as azure

SOURCE, TARGET = "eastasia", "southeastasia"
A2A = {"instance_type": "A2A"}
retention = pulumi.Config().get_int("retention") or 1440


def network(name: str, group: pulumi.Input[str], location: str) -> azure.network.VirtualNetwork:
    return azure.network.VirtualNetwork(
        name,
        resource_group_name=group,
        location=location,
        virtual_network_name=name,
        address_space={"address_prefixes": ["10.1.0.0/24"]},
    )


here = azure.resources.ResourceGroup("here", resource_group_name="rg-here", location=SOURCE)
there = azure.resources.ResourceGroup("there", resource_group_name="rg-there", location=TARGET)
source = network("source", here.name, SOURCE)
target = network("target", there.name, TARGET)
subnets = [
    azure.network.Subnet(
        f"app-{number}",
        resource_group_name=group.name,
        virtual_network_name=network_.name,
        subnet_name="app",
        address_prefix="10.1.0.0/24",
    )
    for number, (group, network_) in enumerate(((here, source), (there, target)))
]
nic = azure.network.NetworkInterface(
    "nic",
    resource_group_name=here.name,
    location=SOURCE,
    network_interface_name="app1-nic",
    ip_configurations=[{"name": "default", "subnet": {"id": subnets[0].id}}],
)
machine = azure.compute.VirtualMachine(
    "machine",
    resource_group_name=here.name,
    location=SOURCE,
    vm_name="app1",
    hardware_profile={"vm_size": "Standard_D2s_v5"},
    storage_profile={
        "os_disk": {"name": "app1-os", "create_option": "FromImage", "os_type": "Linux"}
    },
    network_profile={"network_interfaces": [{"id": nic.id}]},
)
spare = azure.compute.Disk(
    "spare",
    resource_group_name=here.name,
    location=SOURCE,
    disk_name="spare",
    creation_data={"create_option": "Empty"},
    disk_size_gb=8,
)
vault = azure.recoveryservices.Vault(
    "vault",
    resource_group_name=there.name,
    location=TARGET,
    vault_name="vault",
    identity={"type": "SystemAssigned"},
    sku={"name": "Standard"},
    properties={"public_network_access": "Enabled"},
)
cache = azure.storage.StorageAccount(
    "cache",
    resource_group_name=here.name,
    location=SOURCE,
    account_name="cachehere",
    kind="StorageV2",
    sku={"name": "Standard_LRS"},
    enable_https_traffic_only=True,
)
role = azure.authorization.RoleAssignment(
    "role",
    scope=cache.id,
    role_assignment_name="11111111-1111-4111-8111-111111111111",
    principal_id=vault.identity.apply(lambda identity: identity.principal_id),
    principal_type="ServicePrincipal",
    role_definition_id=(
        "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization"
        "/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
    ),
)
in_vault = {"resource_group_name": there.name, "resource_name_": vault.name}
fabrics = {
    name: azure.recoveryservices.ReplicationFabric(
        name,
        fabric_name=name,
        properties={
            "custom_details": azure.recoveryservices.AzureFabricCreationInputArgs(
                instance_type="Azure", location=location
            )
        },
        **in_vault,
    )
    for name, location in (("primary", SOURCE), ("recovery", TARGET))
}
policy = azure.recoveryservices.ReplicationPolicy(
    "policy",
    policy_name="policy",
    properties={
        "provider_specific_input": azure.recoveryservices.A2APolicyCreationInputArgs(
            instance_type="A2A",
            multi_vm_sync_status="Enable",
            recovery_point_history=retention,
        )
    },
    **in_vault,
)
# azure-native has no class for containers: a template makes them.
containers = azure.resources.Deployment(
    "containers",
    resource_group_name=there.name,
    deployment_name="containers",
    properties={
        "mode": "Incremental",
        "template": {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/"
            "deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [
                {
                    "type": "Microsoft.RecoveryServices/vaults/replicationFabrics/"
                    "replicationProtectionContainers",
                    "apiVersion": "2024-10-01",
                    "name": f"vault/{name}/c",
                    "properties": {"providerSpecificInput": [{"instanceType": "A2A"}]},
                }
                for name in fabrics
            ],
        },
    },
    opts=pulumi.ResourceOptions(depends_on=[*fabrics.values()]),
)


def container(name: str) -> pulumi.Output[str]:
    return fabrics[name].id.apply(lambda i: f"{i}/replicationProtectionContainers/c")


mapped = pulumi.ResourceOptions(depends_on=[containers])
mappings = [
    azure.recoveryservices.ReplicationProtectionContainerMapping(
        f"map-{first}",
        fabric_name=first,
        protection_container_name="c",
        mapping_name="m",
        properties={
            "policy_id": policy.id,
            "target_protection_container_id": container(second),
            "provider_specific_input": azure.recoveryservices.A2AContainerMappingInputArgs(
                instance_type="A2A"
            ),
        },
        opts=mapped,
        **in_vault,
    )
    for first, second in (("primary", "recovery"), ("recovery", "primary"))
]
networks = azure.recoveryservices.ReplicationNetworkMapping(
    "networks",
    fabric_name=fabrics["primary"].name,
    network_name="azureNetwork",
    network_mapping_name="n",
    properties={
        "recovery_fabric_name": fabrics["recovery"].name,
        "recovery_network_id": target.id,
        "fabric_specific_details": {
            "instance_type": "AzureToAzure",
            "primary_network_id": source.id,
        },
    },
    **in_vault,
)
item = azure.recoveryservices.ReplicationProtectedItem(
    "item",
    fabric_name="primary",
    protection_container_name="c",
    replicated_protected_item_name="app1",
    properties={
        "policy_id": policy.id,
        "provider_specific_details": A2A
        | {
            "fabric_object_id": machine.id,
            "recovery_container_id": container("recovery"),
            "recovery_resource_group_id": there.id,
            "vm_managed_disks": [
                {
                    "disk_id": here.id.apply(
                        lambda i: f"{i}/providers/Microsoft.Compute/disks/app1-os"
                    ),
                    "primary_staging_azure_storage_account_id": cache.id,
                    "recovery_resource_group_id": there.id,
                }
            ],
        },
    },
    opts=pulumi.ResourceOptions(depends_on=[*mappings, networks]),
    **in_vault,
)
plan = azure.recoveryservices.ReplicationRecoveryPlan(
    "plan",
    recovery_plan_name="plan",
    properties={
        "primary_fabric_id": fabrics["primary"].id,
        "recovery_fabric_id": fabrics["recovery"].id,
        "failover_deployment_model": "ResourceManager",
        "groups": [
            {
                "group_type": "Boot",
                "replication_protected_items": [{"id": item.id, "virtual_machine_id": machine.id}],
            }
        ],
    },
    **in_vault,
)
account = azure.automation.AutomationAccount(
    "account",
    resource_group_name=there.name,
    location=TARGET,
    automation_account_name="account",
    identity={"type": "SystemAssigned"},
    sku={"name": "Basic"},
)
in_account = {
    "resource_group_name": there.name,
    "automation_account_name": account.name,
}
environment = azure.automation.RuntimeEnvironment(
    "environment",
    runtime_environment_name="ps74",
    location=TARGET,
    language="PowerShell",
    version="7.4",
    **in_account,
)
runbook = azure.automation.Runbook(
    "runbook", runbook_name="switch", location=TARGET, runbook_type="PowerShell", **in_account
)
variable = azure.automation.Variable(
    "variable", name="steps", variable_name="steps", value='"[]"', **in_account
)
pulumi.export("item", item.id)
pulumi.export("vault", vault.id)
