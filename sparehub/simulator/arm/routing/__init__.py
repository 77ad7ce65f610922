"""Routes: BGP, effective routes, and the route tables of gateways and circuits."""
