"""Clients of a simulated Azure in a directory of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.arm.arm_client import Arm
from tests.simulator.provider.protocol_client import ProtocolClient


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[Arm]:
    client = Arm(tmp_path)
    yield client
    client.azure.store.close()


@pytest.fixture
def protocol(tmp_path: Path) -> Iterator[ProtocolClient]:
    with ProtocolClient.serving(tmp_path) as client:
        yield client
