"""The journal of operations, the state it adds up to, and the lease that guards it."""
