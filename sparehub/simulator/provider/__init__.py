"""The azure-native provider of the local Azure: the Pulumi provider protocol over gRPC."""
