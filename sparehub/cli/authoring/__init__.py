"""Commands that write or compare stack files: ``init``, ``derive``, ``adopt``, ``parity``."""
