"""What azure-native calls the types and properties of ARM."""
