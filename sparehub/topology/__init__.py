"""What a region is, decided by pure functions on frozen data: no Pulumi, no I/O, no clock."""
