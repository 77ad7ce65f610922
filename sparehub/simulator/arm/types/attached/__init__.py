"""What is attached to subnets: network interfaces, machines, load balancers, firewalls."""
