"""A polling method that takes the first answer of a write, and is done."""

from typing import Any

from azure.core.polling import PollingMethod


class FirstAnswer(PollingMethod[Any]):
    """Returns the headers of the answer that accepted a write: its job shows the rest.

    The SDK's own methods drop an error that a succeeded operation carries, never end on
    ``Cancelled``, and read an address after a POST that may be gone (SR-31, SR-33). Without polling
    the SDK raises, because it reads the empty body of the 202 (SR-83).
    """

    def initialize(
        self,
        client: Any,  # noqa: ANN401 - azure-core's
        initial_response: Any,  # noqa: ANN401 - azure-core's
        deserialization_callback: Any,  # noqa: ANN401 - azure-core's
    ) -> None:
        """Keep the headers."""
        del client, deserialization_callback
        self._headers = initial_response.http_response.headers

    def run(self) -> None:
        """Poll nothing."""

    def status(self) -> str:
        """Return that Azure has accepted the write."""
        return "Accepted"

    def finished(self) -> bool:
        """Return that there is nothing to wait for."""
        return True

    def resource(self) -> Any:  # noqa: ANN401 - azure-core's
        """Return the headers."""
        return self._headers
