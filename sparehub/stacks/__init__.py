"""The stacks of a Pulumi project: their files, their states, and the digest of the program.

Stack files are written in three ways. ``stack_file_edit`` changes single values in place, by
``files.yaml_edit``; ``stack_document`` merges many keys and keeps comments, for `sparehub derive`;
new files come from a template (`sparehub init`) or a dump (`sparehub adopt`) in ``cli.authoring``.
"""
