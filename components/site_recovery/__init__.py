"""Site Recovery: what stands still of it. Machines are replicated by Azure, not by a stack.

Everything is protected: without any of it a machine that is replicated cannot be failed over.
"""

from .cache_account import CacheAccount, CacheAccountArgs
from .fabric import ReplicationFabric, ReplicationFabricArgs
from .mappings import ReplicationMappings, ReplicationMappingsArgs
from .region_recovery import RegionRecovery
from .switch_automation import SwitchAutomation, SwitchAutomationArgs
from .vault import Vault

__all__ = [
    "CacheAccount",
    "CacheAccountArgs",
    "RegionRecovery",
    "ReplicationFabric",
    "ReplicationFabricArgs",
    "ReplicationMappings",
    "ReplicationMappingsArgs",
    "SwitchAutomation",
    "SwitchAutomationArgs",
    "Vault",
]
