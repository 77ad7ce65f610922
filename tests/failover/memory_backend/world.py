"""A world: both regions, Azure and Pulumi in memory.

It replaces Pulumi and Azure only; files, journal, lease and the order of writes are the real ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import Account, Answer
from tests.failover.memory_backend.azure import MemoryAzure
from tests.failover.memory_backend.pulumi import MemoryPulumi


@dataclass
class World(MemoryPulumi, MemoryAzure):
    """Everything outside the process that may die."""


@dataclass(frozen=True)
class Retrying:
    """A world behind what sends a request again, as the pipeline does (:mod:`sparehub.azure`)."""

    world: World

    @property
    def name(self) -> str:
        return self.world.name

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        del etag
        for _ in range(3):
            answer = self.world.send(method, path, body, timeout)
            if answer.came and answer.status not in {408, 429}:
                return answer
        return self.world.send(method, path, body, timeout)

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return self.send("POST", path, body)

    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    def account(self, subscription: str) -> Account:
        return self.world.account(subscription)
