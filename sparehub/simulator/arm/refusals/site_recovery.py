"""Refusals by Site Recovery, Automation, Storage and deployments."""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

_RECORDED = "seen in azure-cli-extensions, test_siterecovery_A2A_scenarios (2023-08), exchange 148"
_AZURERM = "seen in hashicorp/terraform-provider-azurerm, issues 10595 and 11180"

ITEM_MISSING = ErrorTemplate(
    404,
    "NotFound",
    "The specified resource does not exist.",
    "SR-82",
    _RECORDED,
    (("ArmResourceDoesNotExist", "Specified resource with name '{name}' does not exist."),),
)
FABRIC_MISSING = ErrorTemplate(
    404,
    "NotFound",
    "The specified resource does not exist.",
    "SR-82",
    _AZURERM,
    (("FabricArmEntityMissing", "Fabric with name {name} could not be located."),),
)
NETWORK_MAPPING_FABRIC = ErrorTemplate(
    400,
    "BadRequest",
    "Primary key property ArmResourceName is null in entity LookupByArmResourceNameInVault.",
    "SR-38",
    "seen in Azure/bicep-types-az, issue 2008",
)
VAULT_NOT_EMPTY = ErrorTemplate(
    400,
    "ServiceResourceNotEmptyWithContainerDetails",
    "Vault cannot be deleted as there are existing resources within the vault. Please ensure all "
    "containers have been unregistered from the vault and all private endpoints associated with "
    "the vault have been deleted, and retry operation.",
    "SR-81",
    "seen in MicrosoftDocs/azure-docs, issue 42016; the status is not quoted",
)
DISKS_MISSING = ErrorTemplate(
    400,
    "VMDisksMissing",
    "Managed disk details not provided.",
    "SR-53",
    "public script asr-a2a-lab.ps1 quotes it of reProtect",
)
NO_DISKS = unquoted("NoDisks", "No managed disk of {machine} is given.", "SR-39, SR-53")
POLICY_INVALID = ErrorTemplate(
    400,
    "150261",
    "Replication policy creation failed.",
    "SR-35",
    "seen in hashicorp/terraform-provider-azurerm, issue 7479",
)
ALREADY_PROTECTED = ErrorTemplate(
    200,
    "45031",
    "Protection is already enabled for the virtual machine '{machine}'.",
    "SR-31",
    "seen in azure-cli-extensions' V2A recordings, of an operation that succeeds with it; not "
    "recorded of Azure to Azure",
)
RENAMED = ErrorTemplate(
    200,
    "28061",
    "The virtual machine {machine} was created with another name, to avoid a clash.",
    "SR-31",
    "seen in azure-cli-extensions' V2A recordings, in other words, of an operation that succeeds",
)
REGION_NOT_AVAILABLE = ErrorTemplate(
    200,
    "28020",
    "The requested operation failed.",
    "SR-79",
    "seen in hashicorp/terraform-provider-azurerm, issue 22193, of another cause",
)
CAPACITY = unquoted(
    "Capacity",
    "The virtual machine cannot be created: size or quota in the target region {region}.",
    "SR-25",
    200,
)
"""Microsoft's number of quota problems is 150097, of enabling; of a failover none is quoted."""
ADDRESS_TAKEN = unquoted(
    "AddressTaken", "The address {address} is not available in the recovery network.", "SR-73", 200
)
NO_EGRESS_BACK = unquoted(
    "NoEgress",
    "The agent of {machine} has no way out to Site Recovery, and is not re-protected.",
    "SR-68",
    200,
)
NO_EGRESS = ErrorTemplate(
    200,
    "151196",
    "Connection cannot be established to Office 365 authentication and identity IP4 endpoints.",
    "SR-68",
    "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-troubleshoot-errors",
)
CLEANUP_FAILED = unquoted(
    "TestFailoverCleanupFailed",
    "The test virtual machine {machine} could not be deleted.",
    "SR-49",
    200,
)
TARGET_NETWORK = unquoted(
    "TargetNetwork",
    "Target network settings are not configured for virtual machine '{machine}'.",
    "SR-69",
)
"""The message is quoted in Azure/bicep, issues 12896 and 12904; the code is not."""
NOT_ALLOWED = unquoted(
    "OperationNotAllowed",
    "{operation} is not allowed for '{name}' in the state {state}; allowed: {allowed}.",
    "SR-43",
    409,
)
WRONG_FABRIC = unquoted(
    "FabricMismatch",
    "The virtual machine {machine} is in {region}, and the fabric {fabric} is of {location}.",
    "SR-39",
)
WRONG_CONTAINER = unquoted(
    "ContainerMismatch",
    "The recovery container {container} is not in another fabric than the source, or is missing.",
    "SR-39",
)
NOT_MAPPED = unquoted(
    "ContainersNotMapped",
    "The containers {source} and {target} are not mapped with the policy {policy}.",
    "SR-04",
)
DISK_MISSING = unquoted("DiskNotFound", "The machine {machine} has no disk {disk}.", "SR-39")
DISK_UNPROTECTABLE = unquoted("DiskNotSupported", "The disk {disk} is of type {sku}.", "SR-39")
MACHINE_MISSING = unquoted(
    "VirtualMachineNotFound", "There is no virtual machine {machine}.", "SR-39", 404
)
CACHE_ACCOUNT = unquoted(
    "CacheStorageAccount", "The cache storage account {account} {problem}.", "SR-05, SR-66"
)
GROUP_MISSING = unquoted(
    "RecoveryResourceGroup", "There is no resource group {group}.", "SR-39", 404
)
FABRIC_EXISTS = unquoted(
    "FabricExists", "The vault has a fabric of {location} already: {name}.", "SR-03", 409
)
FABRIC_LOCATION = unquoted("FabricLocation", "'{location}' is not a region.", "SR-34")
FABRIC_MOVED = unquoted(
    "FabricMoved",
    "The fabric {name} is of {before}; it cannot become one of {location}.",
    "SR-34",
    409,
)
POLICY_PROVIDER = unquoted(
    "PolicyProvider", "The policy {name} is of the provider {provider}, and stays so.", "SR-35", 409
)
PLAN_GROUPS = unquoted("RecoveryPlanGroups", "{problem}.", "SR-60, SR-61")
PLAN_ITEM = unquoted("RecoveryPlanItem", "There is no protected item {item}.", "SR-60")
PLAN_ACTION = unquoted(
    "RecoveryPlanAction",
    "The action {name} is of type {type}: Azure to Azure has runbooks and manual actions.",
    "SR-62",
)
PLAN_EMPTY = unquoted(
    "RecoveryPlanEmpty", "No machine of the plan {plan} is in its primary fabric.", "SR-60"
)
PLAN_FABRIC = unquoted("RecoveryPlanFabric", "{problem}.", "SR-60")
MAPPING_TARGET = unquoted("MappingTarget", "There is no {what} {id}.", "SR-37, SR-38")
MAPPING_EXISTS = unquoted(
    "MappingExists", "{source} is mapped already, by {name}.", "SR-04, SR-06", 409
)
IN_USE = unquoted("ResourceInUse", "{id} is used by {user}.", "SR-80", 409)
NOT_READY = unquoted(
    "ResourceNotReady", "{id} needs {needed}, which is being made or deleted.", "SR-28", 409
)
ITEM_TAKEN = unquoted(
    "ItemNameTaken", "The item {name} is of another machine: {machine}.", "SR-31", 409
)
VAULT_REGION = unquoted(
    "VaultInSourceRegion", "The vault is in {region}, the region of the machine.", "SR-02"
)
TEST_NETWORK = unquoted("TestNetwork", "{problem}.", "SR-70")
POINT_MISSING = unquoted("RecoveryPointNotFound", "There is no recovery point {point}.", "SR-52")
JOB_STATE = unquoted("JobState", "The job {job} cannot be {what}.", "SR-63", 409)
READ_ONLY = unquoted("ReadOnly", "{type} cannot be written.", "SR-28", 405)
RUNBOOK_MISSING = unquoted("RunbookNotFound", "There is no runbook {name}.", "SR-65", 404)
RUNBOOK_DRAFT = unquoted("RunbookNoDraft", "The runbook {name} has no draft.", "SR-65", 404)
RUNBOOK_NOT_PUBLISHED = unquoted(
    "RunbookNotPublished", "The runbook {name} is not published.", "SR-65"
)
RUNBOOK_TEXT = unquoted(
    "RunbookNoText", "The published text of the runbook {name} is not stored.", "SR-65", 404
)
AUTOMATION_JOB_STATE = unquoted(
    "JobState", "The job {job} cannot be stopped: it is {status}, or no worker runs it.", "SR-65"
)
AUTOMATION_STREAM = unquoted(
    "JobStreamNotFound", "The job {job} has no stream record {name}.", "SR-65", 404
)
TEMPLATE_EXPRESSION = unquoted(
    "TemplateExpression", "The simulator does not evaluate '{expression}'.", "ARM"
)
TEMPLATE_INVALID = ErrorTemplate(
    400,
    "InvalidTemplate",
    "Deployment template validation failed: '{problem}'.",
    "ARM",
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/"
    "error-invalid-template",
)
ACCOUNT_NAME = ErrorTemplate(
    400,
    "AccountNameInvalid",
    "{name} is not a valid storage account name. Storage account name must be between 3 and 24 "
    "characters in length and use numbers and lower-case letters only.",
    "ARM",
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/"
    "error-storage-account-name",
)
ACCOUNT_TAKEN = ErrorTemplate(
    409,
    "StorageAccountAlreadyTaken",
    "The storage account named {name} is already taken.",
    "ARM",
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/"
    "error-storage-account-name",
)
ACCOUNT_SKU = unquoted(
    "StorageAccountSku", "'{value}' is not the {what} of a storage account.", "ARM"
)
ROLE_EXISTS = ErrorTemplate(
    409,
    "RoleAssignmentExists",
    "The role assignment already exists.",
    "ARM",
    "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting",
)
ROLE_UPDATE = ErrorTemplate(
    400,
    "RoleAssignmentUpdateNotPermitted",
    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    "ARM",
    "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting",
)
