"""Resource types: a new one, such as NAT gateways, is a file here and a row in ``registry``."""
