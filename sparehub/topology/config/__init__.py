"""What a stack file may say: keys, values, secrets and resource ids."""
