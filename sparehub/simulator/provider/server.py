"""Serving the provider on one thread, as long as no call of it has to wait.

At clock ``instant`` a call takes about a millisecond. A thread for each would change over with the
others at every statement of the store, and spend more time on that than on its work.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeAlias

import grpc

from sparehub.simulator.provider.servicer import Provider

_AT_ONCE = "Cancel"
"""The method that runs at once although all threads wait."""
_THREADS = 32
_Metadata: TypeAlias = tuple[tuple[str, bytes], ...]
_AsyncContext: TypeAlias = grpc.aio.ServicerContext[Any, Any]


class _AbortedError(Exception):
    """A call ends with an error for the engine."""


class _Context:
    """How a call ends: its status and metadata."""

    code = grpc.StatusCode.UNKNOWN
    details = ""
    metadata: _Metadata = ()

    def set_trailing_metadata(self, metadata: _Metadata) -> None:
        self.metadata = metadata

    def set_code(self, code: grpc.StatusCode) -> None:
        self.code = code

    def set_details(self, details: str) -> None:
        self.details = details

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        self.code, self.details = code, details
        raise _AbortedError


class Calls:
    """The methods of a provider as coroutines: on this thread, or on one that may wait."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._pool = ThreadPoolExecutor(_THREADS)

    def __getattr__(self, name: str) -> Callable[[Any, _AsyncContext], Awaitable[Any]]:
        """Return the coroutine of a method of the protocol."""
        method = getattr(self._provider, name)

        async def call(request: Any, context: _AsyncContext) -> Any:  # noqa: ANN401  any message
            outcome = _Context()
            try:
                if name != _AT_ONCE and self._provider.waits:
                    loop = asyncio.get_running_loop()
                    return await loop.run_in_executor(self._pool, method, request, outcome)
                return method(request, outcome)
            except (_AbortedError, NotImplementedError):
                await context.abort(outcome.code, outcome.details, outcome.metadata)

        return call

    def close(self) -> None:
        """Wait until every call has finished."""
        self._pool.shutdown(wait=True)
