"""Resource types: a new one, such as VPN sites, is a file here and a row in ``registry``."""
