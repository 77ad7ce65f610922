"""The runbooks of a recovery plan that switch the network, for whoever has only the portal."""
