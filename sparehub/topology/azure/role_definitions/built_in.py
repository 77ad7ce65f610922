"""Ids of the roles that Azure has built in.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
STORAGE_BLOB_DATA_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
CACHE_ROLES = (CONTRIBUTOR, STORAGE_BLOB_DATA_CONTRIBUTOR)
"""SR-66: what the vault's identity needs on a standard cache account without its keys."""
