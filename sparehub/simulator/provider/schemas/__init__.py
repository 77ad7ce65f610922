"""Schemas: azure-native's names of ARM's types and properties."""
