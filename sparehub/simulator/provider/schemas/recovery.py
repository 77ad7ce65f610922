"""Schemas of azure-native 3.29 for Site Recovery, Automation, storage, roles and deployments.

Names are those of the SDK's classes (``pulumi_azure_native`` 3.29.0). Which members of
``properties`` are inputs and outputs alike was found by comparing its ``_inputs.py`` with its
``outputs.py``: a refresh never sees drift in the others.
"""

from sparehub.simulator.provider.schemas.base import GROUP_PATH, Schema, words

_VAULT = f"{GROUP_PATH}/providers/Microsoft.RecoveryServices/vaults"
_FABRIC = f"{_VAULT}/{{resourceName}}/replicationFabrics/{{fabricName}}"
_CONTAINER = f"{_FABRIC}/replicationProtectionContainers/{{protectionContainerName}}"
_ACCOUNT = (
    f"{GROUP_PATH}/providers/Microsoft.Automation/automationAccounts/{{automationAccountName}}"
)
_SITE_RECOVERY = "2024-10-01"
_AUTOMATION = "2024-10-23"
_SHOWN = words("azureApiVersion location name type")


def _replication(name: str, path: str, own: str, both: str) -> Schema:
    """Return the schema of a type below a vault: its ``properties`` are one input."""
    return Schema(
        type=f"recoveryservices:{name}",
        path=path,
        name=own,
        random_name=False,
        inputs=words("properties"),
        outputs=_SHOWN,
        whole=True,
        both=words(both),
        api_version=_SITE_RECOVERY,
    )


RECOVERY_SCHEMAS = (
    Schema(
        type="recoveryservices:Vault",
        path=f"{_VAULT}/{{vaultName}}",
        name="vaultName",
        random_name=True,
        inputs=words("identity location properties sku tags"),
        outputs=words("azureApiVersion etag name systemData type"),
        whole=True,
        both=words(
            "encryption monitoringSettings publicNetworkAccess redundancySettings "
            "restoreSettings securitySettings"
        ),
        api_version=_SITE_RECOVERY,
    ),
    _replication(
        "ReplicationFabric",
        _FABRIC,
        "fabricName",
        "customDetails.instanceType customDetails.location",
    ),
    _replication(
        "ReplicationPolicy",
        f"{_VAULT}/{{resourceName}}/replicationPolicies/{{policyName}}",
        "policyName",
        "",
    ),
    _replication(
        "ReplicationProtectionContainerMapping",
        f"{_CONTAINER}/replicationProtectionContainerMappings/{{mappingName}}",
        "mappingName",
        "policyId targetProtectionContainerId",
    ),
    _replication(
        "ReplicationNetworkMapping",
        f"{_FABRIC}/replicationNetworks/{{networkName}}"
        "/replicationNetworkMappings/{networkMappingName}",
        "networkMappingName",
        "recoveryNetworkId",
    ),
    _replication(
        "ReplicationProtectedItem",
        f"{_CONTAINER}/replicationProtectedItems/{{replicatedProtectedItemName}}",
        "replicatedProtectedItemName",
        "policyId protectableItemId",
    ),
    _replication(
        "ReplicationRecoveryPlan",
        f"{_VAULT}/{{resourceName}}/replicationRecoveryPlans/{{recoveryPlanName}}",
        "recoveryPlanName",
        "failoverDeploymentModel groups primaryFabricId recoveryFabricId",
    ),
    Schema(
        type="resources:Deployment",
        path=f"{GROUP_PATH}/providers/Microsoft.Resources/deployments/{{deploymentName}}",
        name="deploymentName",
        random_name=True,
        inputs=words("location properties tags"),
        outputs=words("azureApiVersion name type"),
        whole=True,
        both=words("mode parameters"),
        api_version="2024-03-01",
    ),
    Schema(
        type="storage:StorageAccount",
        path=f"{GROUP_PATH}/providers/Microsoft.Storage/storageAccounts/{{accountName}}",
        name="accountName",
        random_name=True,
        inputs=words(
            "accessTier allowBlobPublicAccess allowCrossTenantReplication allowSharedKeyAccess "
            "defaultToOAuthAuthentication enableHttpsTrafficOnly encryption identity isHnsEnabled "
            "kind location minimumTlsVersion networkRuleSet publicNetworkAccess sku tags"
        ),
        outputs=words(
            "azureApiVersion creationTime keyCreationTime name primaryEndpoints primaryLocation "
            "privateEndpointConnections provisioningState statusOfPrimary type"
        ),
        required=("kind", "sku"),
        renamed=(
            ("enableHttpsTrafficOnly", "supportsHttpsTrafficOnly"),
            ("networkRuleSet", "networkAcls"),
        ),
        fixed_location=True,
        api_version="2024-01-01",
    ),
    Schema(
        type="compute:Disk",
        path=f"{GROUP_PATH}/providers/Microsoft.Compute/disks/{{diskName}}",
        name="diskName",
        random_name=True,
        inputs=words(
            "creationData diskIOPSReadWrite diskMBpsReadWrite diskSizeGB encryption "
            "hyperVGeneration location networkAccessPolicy osType publicNetworkAccess sku tags "
            "zones"
        ),
        outputs=words(
            "azureApiVersion diskSizeBytes diskState managedBy name provisioningState timeCreated "
            "type uniqueId"
        ),
        required=("creationData",),
        api_version="2024-03-02",
    ),
    Schema(
        type="authorization:RoleAssignment",
        path="{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        name="roleAssignmentName",
        random_name=False,
        inputs=words(
            "condition conditionVersion description principalId principalType roleDefinitionId"
        ),
        outputs=words("azureApiVersion createdBy createdOn name type updatedBy updatedOn"),
        required=("principalId", "roleDefinitionId"),
        api_version="2022-04-01",
    ),
    Schema(
        type="authorization:RoleDefinition",
        path="{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
        name="roleDefinitionId",
        random_name=False,
        inputs=words("assignableScopes description permissions roleName roleType"),
        outputs=words("azureApiVersion createdBy createdOn name type updatedBy updatedOn"),
        renamed=(("roleType", "type"),),
        api_version="2022-05-01-preview",
    ),
    Schema(
        type="automation:AutomationAccount",
        path=_ACCOUNT,
        name="automationAccountName",
        random_name=True,
        inputs=words(
            "disableLocalAuth encryption identity location name publicNetworkAccess sku tags"
        ),
        outputs=words(
            "automationHybridServiceUrl azureApiVersion creationTime etag lastModifiedBy "
            "lastModifiedTime privateEndpointConnections state systemData type"
        ),
        sku_inside=True,
        api_version=_AUTOMATION,
    ),
    Schema(
        type="automation:Runbook",
        path=f"{_ACCOUNT}/runbooks/{{runbookName}}",
        name="runbookName",
        random_name=False,
        inputs=words(
            "description draft location logActivityTrace logProgress logVerbose name "
            "publishContentLink runbookType runtimeEnvironment tags"
        ),
        outputs=words(
            "azureApiVersion creationTime etag jobCount lastModifiedBy lastModifiedTime "
            "outputTypes parameters provisioningState state type"
        ),
        required=("runbookType",),
        api_version=_AUTOMATION,
    ),
    Schema(
        type="automation:RuntimeEnvironment",
        path=f"{_ACCOUNT}/runtimeEnvironments/{{runtimeEnvironmentName}}",
        name="runtimeEnvironmentName",
        random_name=False,
        inputs=words("defaultPackages description language location tags version"),
        outputs=words("azureApiVersion name systemData type"),
        inside=("runtime", ("language", "version")),
        api_version=_AUTOMATION,
    ),
    Schema(
        type="automation:Variable",
        path=f"{_ACCOUNT}/variables/{{variableName}}",
        name="variableName",
        random_name=False,
        inputs=words("description isEncrypted name value"),
        outputs=words("azureApiVersion creationTime lastModifiedTime type"),
        required=("name",),
        api_version=_AUTOMATION,
    ),
)
