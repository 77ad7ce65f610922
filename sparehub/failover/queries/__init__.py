"""What is read from Azure during an operation; nothing here writes."""
