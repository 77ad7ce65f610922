"""How long Site Recovery takes, in simulated seconds: as recorded (SR-58).

Sources: azure-cli-extensions, test_siterecovery_A2A_scenarios.yaml (2023-01-16), and
azure-powershell, ScenarioTests of A2A (2022-10, 2025-03, 2025-04). Where several were recorded,
the median, or the one that came with the states of the same run.
"""

FABRIC = 70.0
POLICY = 1.0
CONTAINER = 2.0
CONTAINER_MAPPING = 66.0
NETWORK_MAPPING = 3.0
PLAN = 1.0
REMOVAL = 2.0
"""Of a mapping, a container, a policy, a fabric or a plan."""
VAULT = 40.0

ENABLE = 425.0
"""The operation that enables replication; the machine is Protected much later (SR-42)."""
COPY = 750.0
"""From the end of enabling to the end of the initial copy: of a disk of 127 GB, mostly empty."""
COPY_BEGINS = 400.0
"""From the end of enabling until the copy reports progress; so :data:`COPY_BACK_BEGINS`."""
FIRST_POINT = 330.0
"""From the end of the copy to the first recovery point."""
UPDATE = 3.0
"""A PATCH of an item (SR-44)."""
TEST_FAILOVER = 149.0
TEST_CLEANUP = 113.0
FAILOVER = 135.0
SHUTDOWN = 63.0
"""More, where the source is shut down first (SR-47)."""
BOOT = 40.0
"""A group of a recovery plan, after the failover of all (SR-63)."""
COMMIT = 8.0
SWITCH = 506.0
"""Re-protection: the operation (SR-53)."""
COPY_BACK = 2600.0
COPY_BACK_BEGINS = 120.0
FIRST_POINT_BACK = 300.0
DISABLE = 205.0
PURGE = 112.0

POINT_INTERVAL = 300.0
"""Between two crash-consistent recovery points (SR-35)."""
REFRESH_HEALTH = 1.0
