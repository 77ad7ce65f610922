"""Circuits, gateways and connections, of ExpressRoute and VPN."""
