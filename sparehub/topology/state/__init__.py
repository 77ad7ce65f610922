"""What is deployed, read from Pulumi's state or from ARM's JSON into the model.

``resources`` brings states and ARM's JSON into one form (``template`` does so for exported
templates), ``roles`` finds what each resource is to the region, ``region`` makes the model.
"""
