"""Routes: BGP, effective routes, and what gateways and circuits answer about them."""
