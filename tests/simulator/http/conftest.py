"""A front that the tests of one module share."""

from collections.abc import Iterator

import pytest

from tests.simulator.arm import bodies
from tests.simulator.http.http_front import Front, serving


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with serving(tmp_path_factory.mktemp("azure")) as front:
        front.send("PUT", *bodies.group())
        yield front
