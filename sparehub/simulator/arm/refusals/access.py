"""Refusals by access control: permissions, deny assignments and locks."""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

_RBAC = "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting"

AUTHORIZATION_FAILED = ErrorTemplate(
    403,
    "AuthorizationFailed",
    "The client '{client}' with object id '{principal}' does not have authorization to perform "
    "action '{action}' over scope '{scope}' or the scope is invalid. If access was recently "
    "granted, please refresh your credentials.",
    "ARM",
    _RBAC,
)
LINKED_AUTHORIZATION_FAILED = ErrorTemplate(
    403,
    "LinkedAuthorizationFailed",
    "The client '{client}' with object id '{principal}' has permission to perform action "
    "'{action}' on scope '{scope}'; however, it does not have permission to perform action(s) "
    "'{linked}' on the linked scope(s) '{target}' (respectively) or the linked scope(s) are "
    "invalid.",
    "ARM",
    "https://github.com/CheckPointSW/terraform-azure-cloudguard-network-security/issues/25",
)
DENIED = ErrorTemplate(
    403,
    "DenyAssignmentAuthorizationFailed",
    "The client '{client}' with object id '{principal}' has permission to perform action "
    "'{action}' on scope '{scope}'; however, the access is denied because of the deny assignment "
    "with name '{name}' and Id '{id}' at scope '{at}'.",
    "ARM",
    "https://learn.microsoft.com/azure/network-function-manager/delete-functions",
)
SCOPE_LOCKED = ErrorTemplate(
    409,
    "ScopeLocked",
    "The scope '{scope}' cannot perform {verb} operation because following scope(s) are locked: "
    "{locked}. Please remove the lock and try again.",
    "ARM",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/17478",
)
DISALLOWED_BY_POLICY = ErrorTemplate(
    403,
    "RequestDisallowedByPolicy",
    "Resource '{name}' was disallowed by policy. Policy identifiers: '{policies}'.",
    "ARM",
    "https://github.com/microsoft/vscode-azurefunctions/issues/1285",
)
LOCK_LEVEL = unquoted(
    "LockLevel", "A lock's level is CanNotDelete or ReadOnly, not '{level}'.", "ARM"
)
LOCK_NOT_FOUND = unquoted(
    "LockNotFound", "There is no lock '{name}' at scope '{scope}'.", "ARM", 404
)
ROLE_NOT_FOUND = ErrorTemplate(
    404,
    "RoleDefinitionDoesNotExist",
    "The specified role definition with ID '{name}' does not exist.",
    "ARM",
    "https://github.com/JulianHayward/AzAPICall/pull/23",
)
ROLE_NAME_TAKEN = ErrorTemplate(
    409,
    "RoleDefinitionWithSameNameExists",
    "A role definition cannot be updated with a name that already exists.",
    "ARM",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/10728",
)
ROLE_ASSIGNED = unquoted(
    "RoleDefinitionAssigned", "The role definition is assigned by '{id}': delete that first.", "ARM"
)
ROLE_NAME = unquoted("RoleDefinitionName", "A custom role is named by a GUID, not '{name}'.", "ARM")
ROLE_INCOMPLETE = unquoted("RoleDefinitionIncomplete", "A custom role needs {member}.", "ARM")
