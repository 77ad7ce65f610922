"""The steps of a failover: those of the network, of keys, of bandwidth and of NVAs."""
