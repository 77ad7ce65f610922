"""The steps of one request: routing, access control, write, asynchronous operation."""
