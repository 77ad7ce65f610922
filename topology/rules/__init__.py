"""What Azure refuses, and what it takes and should not be given: one function a rule.

Four levels, each asked where its answer can be known: what a single value may say (``shapes``,
held by :mod:`topology.fields` and :mod:`topology.config`), what the values of one file say together
(``file_*``, run by :mod:`topology.parse`), one region as it will stand, and two regions beside each
other. ``catalogue`` joins them; ``checks`` runs the last two.
"""
