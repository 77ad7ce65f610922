"""Resources in subnets: network interfaces, machines, load balancers, firewalls."""
