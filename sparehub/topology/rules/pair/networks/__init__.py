"""Networks of both regions beside each other: locations, names, addresses, peered hubs."""
