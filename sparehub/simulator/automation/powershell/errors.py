"""Errors of a PowerShell runbook."""


class PowerShellError(Exception):
    """A statement failed: thrown by the text, by a cmdlet, or because it is not interpreted."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
