"""Limits of Site Recovery, each with the id of its rule; ``sources`` has the pages."""

RETENTION_HOURS_MAX = 360
"""SR-14: recovery points of managed disks are kept for 15 days at most."""
RECOVERY_GROUPS = 7
"""SR-16: groups of a recovery plan."""
MACHINES_PER_PLAN = 100
"""SR-16."""
MACHINES_PER_CONSISTENCY_GROUP = 16
"""SR-15."""
STORAGE_ACCOUNT_NAME_LENGTH = 24
"""https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"""
DISKS_PER_SUBSCRIPTION = 3_000
"""SR-61: replicated disks of a subscription."""
MACHINES_ENABLED_AT_ONCE = 10
"""SR-75: as many as the portal enables at the same time."""
