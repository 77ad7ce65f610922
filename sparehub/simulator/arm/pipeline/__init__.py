"""What happens to one request: body, routing, access, write, asynchronous operation."""
