"""What Azure refuses, and what it accepts though it will not work: one function a rule.

Four levels, each checked where its answer is known: single values (``stack_file.field_rules``, held
by the ``config`` package), the values of one file together (``stack_file``), one region as it will
be deployed (``region``), and two regions beside each other (``pair``). ``catalogue`` joins them,
``checks`` runs the last two.
"""
