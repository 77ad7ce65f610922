"""Limits of Site Recovery, each with the id of its rule; ``sources`` has the pages.

And the disks and disk controllers that it does not replicate (SR-84).
"""

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
# SR-84: the support matrix (2025-06-13) says "Not supported" of Ultra disks, NVMe disks and the
# NVMe interface: https://learn.microsoft.com/azure/site-recovery/azure-to-azure-support-matrix
_DISK_TYPES = {"ultrassd_lrs": "an Ultra disk"}
_SCSI = "scsi"
"""The controller of replicated machines; the other one is NVMe:
https://learn.microsoft.com/azure/virtual-machines/enable-nvme-remote-faqs"""


def disk_type_problem(disk_type: str) -> str:
    """Return why disks of a type are not replicated; empty where they are.

    Args:
        disk_type: ``sku.name`` of a managed disk, such as ``Premium_LRS``; Azure ignores case.

    """
    what = _DISK_TYPES.get(disk_type.lower())
    return f"{disk_type} is {what}, which Site Recovery does not replicate" if what else ""


def controller_problem(controller: str) -> str:
    """Return why a machine with a disk controller is not replicated; empty where it is.

    Args:
        controller: ``storageProfile.diskControllerType`` of the machine; empty where it has none,
            which is SCSI where the size has both.

    """
    if controller.lower() in ("", _SCSI):
        return ""
    return f"its disk controller is {controller}, which Site Recovery does not replicate: SCSI only"


def size_problem(size: str, controllers: str) -> str:
    """Return why a size takes no replicated machine; empty where it does.

    The name of a size does not say it. A stack file therefore cannot be checked for it.

    Args:
        size: of virtual machines, such as ``Standard_D2s_v5``.
        controllers: its capability ``DiskControllerTypes`` in the list of resource SKUs, such as
            ``SCSI, NVMe``; empty where the list does not name it, which is SCSI:
            https://learn.microsoft.com/rest/api/compute/resource-skus/list

    """
    known = [each.strip().lower() for each in controllers.split(",") if each.strip()]
    if not known or _SCSI in known:
        return ""
    return (
        f"{size} has {controllers} disk controllers only, and Site Recovery replicates SCSI: "
        "choose another size"
    )
