"""Unit tests of Pulumi programs that use Sparehub's components: mocks, graphs, assertions.

Pulumi's SDK is loaded when a program is previewed: install ``sparehub[pulumi]``.
"""

from sparehub.testing.assertions import assert_depends_on, assert_no_write_but, assert_route
from sparehub.testing.graph import Changes, Graph, Resource, changes
from sparehub.testing.preview import PreviewRefusedError, preview

__all__ = [
    "Changes",
    "Graph",
    "PreviewRefusedError",
    "Resource",
    "assert_depends_on",
    "assert_no_write_but",
    "assert_route",
    "changes",
    "preview",
]
