"""The SQLite store: resources, operations, clock, faults and the log of writes."""
