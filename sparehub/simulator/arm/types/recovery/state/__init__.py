"""What is stored of replication, and what follows from it at an instant."""
