"""Failing over for real: a plan carried out over two stacks, with journal, lease and proof."""
