"""Virtual networks, subnets, peerings and route tables."""
