"""The core: ARM requests in, ARM responses out, over one store and one clock."""
