"""Refusals about resources of any type: paths, bodies, locations, conflicts, throttling, faults.

The modules beside this one are the rest of the catalogue, which is closed. A client may retry 408,
429, 5xx and ``AnotherOperationInProgress``.

``rules`` are ids of the project's rules. XPLAT is Microsoft's recorded test traffic,
github.com/Azure/azure-xplat-cli at e0413609, ``test/recordings``.
"""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

_XPLAT = "https://github.com/Azure/azure-xplat-cli (test/recordings)"
_RPC = "https://github.com/Azure/azure-resource-manager-rpc"
_COMMON = "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors"
_NET = "https://github.com/Azure/azure-libraries-for-net (SessionRecords)"
_KYMA = "https://github.com/kyma-project/cloud-manager"

# -- Azure Resource Manager itself -------------------------------------------------------------
SUBSCRIPTION_INVALID = ErrorTemplate(
    400,
    "InvalidSubscriptionId",
    "The provided subscription identifier '{subscription}' is malformed or invalid.",
    "ARM",
    _COMMON,
)
PATH_UNKNOWN = ErrorTemplate(
    404, "NotFound", "No HTTP resource was found at '{path}'.", "ARM", _RPC
)
API_VERSION_MISSING = ErrorTemplate(
    400,
    "MissingApiVersionParameter",
    "The api-version query parameter (?api-version=) is required for all requests.",
    "ARM",
    _RPC,
)
API_VERSION_INVALID = ErrorTemplate(
    400,
    "InvalidApiVersionParameter",
    "The api-version '{version}' is invalid. It should be of the form 2024-05-01.",
    "ARM",
    "https://github.com/pulumi/pulumi-azure-native/issues/1487",
)
API_VERSION_UNKNOWN = ErrorTemplate(
    400,
    "NoRegisteredProviderFound",
    "No registered resource provider found for location '{location}' and API version '{version}' "
    "for type '{type}'. The supported api-versions are '{first}' and later.",
    "ARM",
    _COMMON,
)
TYPE_UNKNOWN = ErrorTemplate(
    404,
    "InvalidResourceType",
    "The resource type '{type}' could not be found: the simulator does not simulate it.",
    "ARM",
    _COMMON,
)
METHOD_UNKNOWN = ErrorTemplate(
    405, "MethodNotAllowed", "The requested resource does not support '{method}'.", "ARM", _RPC
)
CONTENT_INVALID = ErrorTemplate(
    400,
    "InvalidRequestContent",
    "The request content was invalid and could not be deserialized: '{problem}'.",
    "ARM",
    _COMMON,
)
FORMAT_INVALID = ErrorTemplate(
    400,
    "InvalidRequestFormat",
    "Cannot parse the request.",
    "ARM, ER-34",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/9757",
    (("InvalidJson", "{problem}"),),
)
REFERENCE_TYPE_WRONG = ErrorTemplate(
    400,
    "InvalidRequestFormat",
    "Cannot parse the request.",
    "ER-34",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/9757",
    (
        (
            "InvalidJsonReferenceWrongType",
            (
                "Reference Id {reference} is referencing resource of a wrong type. "
                "The Id is expected to reference resources of type {expected}. Path {path}."
            ),
        ),
    ),
)
PRECONDITION_FAILED = ErrorTemplate(
    412,
    "PreconditionFailed",
    "The condition '{condition}' set in the request's precondition does not hold: "
    "the resource's entity tag is '{etag}'.",
    "ARM",
    _RPC,
)
ETAG_MISMATCH = ErrorTemplate(
    412,
    "PreconditionFailed",
    "Precondition failed.",
    "ARM",
    "https://github.com/kubernetes-sigs/cloud-provider-azure (pkg/azclient, recorded)",
    (
        (
            "PreconditionFailedEtagMismatch",
            (
                "Etag provided in if-match header {sent} does not match etag {etag} of resource "
                "{id} in NRP data store."
            ),
        ),
    ),
)
GROUP_IN_GROUP = unquoted(
    "GroupInGroup", "A resource group is not in a resource group: {id}.", "ARM", 400
)
GROUP_NOT_FOUND = ErrorTemplate(
    404, "ResourceGroupNotFound", "Resource group '{group}' could not be found.", "ARM", _NET
)
NOT_FOUND = ErrorTemplate(
    404,
    "ResourceNotFound",
    "The Resource '{type}/{name}' under resource group '{group}' was not found.",
    "ARM",
    _XPLAT,
)
CHILD_NOT_FOUND = ErrorTemplate(404, "NotFound", "Resource {id} not found.", "ARM", _XPLAT)
PARENT_NOT_FOUND = ErrorTemplate(
    404,
    "ParentResourceNotFound",
    "Can not perform requested operation on nested resource. Parent resource '{name}' not found.",
    "ARM",
    "https://github.com/Azure/azure-cli/issues/18112",
)
LOCATION_REQUIRED = ErrorTemplate(
    400,
    "LocationRequired",
    "The location property is required for this definition.",
    "ARM",
    _COMMON,
)
LOCATION_UNKNOWN = ErrorTemplate(
    400,
    "LocationNotAvailableForResourceType",
    "The provided location '{location}' is not available for resource type '{type}'.",
    "ARM",
    _COMMON,
)
LOCATION_FIXED = ErrorTemplate(
    409,
    "InvalidResourceLocation",
    "The resource '{name}' already exists in location '{old}' in resource group '{group}'. "
    "A resource with the same name cannot be created in location '{new}'. "
    "Please select a new resource name.",
    "ARM",
    _COMMON,
)
GROUP_LOCATION_FIXED = ErrorTemplate(
    409,
    "InvalidResourceGroupLocation",
    "Invalid resource group location '{new}'. The Resource group already exists in location "
    "'{old}'.",
    "ARM",
    _COMMON,
)
GROUP_DELETION_BLOCKED = ErrorTemplate(
    409,
    "ResourceGroupDeletionBlocked",
    "Deletion of resource group '{group}' failed as resources with identifiers '{resources}' "
    "could not be deleted. The provisioning state of the resource group will be rolled back.",
    "ARM",
    _NET,
)
NAME_INVALID = ErrorTemplate(
    400,
    "InvalidResourceName",
    "Resource name {name} is invalid. The name can be up to {longest} characters long. "
    "It must begin with a word character, and it must end with a word character or with '_'. "
    "The name may contain word characters or '.', '-', '_'.",
    "names (section I)",
    _KYMA,
)
GROUP_NAME_INVALID = unquoted(
    "InvalidResourceGroupName",
    "Resource group name '{name}' is invalid: 1 to 90 letters, digits, '_', '-', '.', '(', ')', "
    "not ending in '.'.",
    "names (section I)",
)
REFERENCE_NOT_FOUND = ErrorTemplate(
    400,
    "InvalidResourceReference",
    "Resource {reference} referenced by resource {id} was not found. Please make sure that the "
    "referenced resource exists, and that both resources are in the same region.",
    "GWY-06, RT-18, VN-24",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues (many); labs",
)
GLOBAL_REFERENCE_NOT_FOUND = ErrorTemplate(
    400,
    "InvalidGlobalResourceReference",
    "Resource {reference} referenced by resource {id} was not found. Please make sure that the "
    "referenced resource exists.",
    "PE-01",
    "https://github.com/FreddyAyala/AzureAIServicesLandingZone/issues/2",
)
ANOTHER_OPERATION = ErrorTemplate(
    409,
    "AnotherOperationInProgress",
    "Another operation on this or dependent resource is in progress. "
    "To retrieve status of the operation use uri: {operation}.",
    "VN-19",
    _XPLAT,
)
NOT_PROVISIONED = ErrorTemplate(
    400,
    "ReferencedResourceNotProvisioned",
    "Cannot proceed with operation because resource {reference} used by resource {id} is not in "
    "Succeeded state. Resource is in {state} state and the last operation that updated/is "
    "updating the resource is {verb}.",
    "VN-20",
    "https://github.com/pulumi/pulumi-azure-native/issues/4340",
)
RETRYABLE = ErrorTemplate(
    429,
    "RetryableError",
    "A retryable error occurred.",
    "VN-20",
    "https://github.com/Azure/azure-sdk-for-go/issues/588",
    ((NOT_PROVISIONED.code, NOT_PROVISIONED.message),),
)
RETRY_LATER = ErrorTemplate(
    429,
    "RetryableError",
    "A retryable error occurred.",
    "VN-19",
    "https://github.com/pulumi/pulumi-azure-native/issues/3720",
    (
        (
            "RetryableErrorDueToAnotherOperation",
            (
                "Operation {verb} ({operation}) is updating resource {thing}. "
                "The call can be retried in {seconds} seconds."
            ),
        ),
    ),
)
PARENT_FAILED = ErrorTemplate(
    400,
    "ParentResourceIsInFailedState",
    "PUT operation on child resource {id} is blocked because last operation ({operation}) on "
    "parent resource failed leaving it in failed state. Run PUT operation on the parent, then "
    "retry operation on the child.",
    "ER-12",
    _XPLAT,
)
OPERATION_FAILED = ErrorTemplate(
    200,
    "InternalServerError",
    "An error occurred.",
    "ARM",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/815",
)
"""The error in a finished asynchronous operation: status 200."""
CONTENT_TOO_LARGE = ErrorTemplate(
    413,
    "RequestContentTooLarge",
    "The request content size exceeds the maximum size of 4 MB.",
    "ARM",
    "code and wording in a public blog (a deployment)",
)

QUERY_UNKNOWN = ErrorTemplate(
    400,
    "BadRequest",
    "Please provide below info when asking for support: the local Azure knows one form of query: "
    "resources | where type =~ 'TYPE' | project NAMES",
    "ARM",
    "https://learn.microsoft.com/azure/governance/resource-graph/troubleshoot/general",
)

# -- injected faults ---------------------------------------------------------------------------
REGION_DOWN = unquoted(
    "RegionDown", "The control plane of region {region} does not answer.", "ARM", 503
)
SERVER_ERROR = unquoted("ServerError", "Azure Resource Manager failed.", "ARM", 500)
BAD_GATEWAY = ErrorTemplate(
    502,
    "BadGatewayConnection",
    "The connection to '{namespace}' failed.",
    "ARM",
    "code seen in public scripts that retry after it",
)
GATEWAY_TIMEOUT = ErrorTemplate(
    504,
    "GatewayTimeout",
    "The gateway did not receive a response from '{namespace}' within the specified time period.",
    "ARM",
    "wording seen in public deployment guides",
)
