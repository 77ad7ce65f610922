"""The catalogue of refusals, in Azure's codes and words."""
