"""Rules: what Azure refuses, and what it accepts although it will not work; a function each.

Rules have four levels: single values (``stack_file.field_rules``, checked by the ``config``
package), the values of one file together (``stack_file``), one region as it will be deployed
(``region``), and two regions together (``pair``). ``catalogue`` lists all rules; ``checks`` runs
the last two levels.
"""
