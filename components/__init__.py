"""Pulumi component resources: they translate the model of a region and decide nothing."""
