"""Azure hub-and-spoke networks in two regions, and the failover between them."""
