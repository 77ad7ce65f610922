"""A Pulumi project's stacks: their files, their state, and what a plan rests on."""
