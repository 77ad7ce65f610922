"""The inputs of imported resources, written into a state as the program has them.

An import records what Azure shows as inputs. The program may say the same in another form, or a
value that Azure never shows (an empty map of tags, an authorization key). Pulumi would then write
the resource again. So its recorded inputs are replaced by those of a preview's plan:
https://www.pulumi.com/docs/iac/concepts/update-plans/. Secrets are encrypted alike in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def with_planned_inputs(
    resources: Sequence[Mapping[str, Any]], plan: Mapping[str, Any], names: Iterable[str]
) -> list[dict[str, Any]]:
    """Return the resources of an exported state, some with the inputs of a plan.

    Args:
        resources: The resources as ``pulumi stack export`` shows them.
        plan: The plan that ``pulumi preview --save-plan`` wrote of this state.
        names: The logical names of the resources that were imported.
    """
    chosen, planned = set(names), plan.get("resourcePlans") or {}
    return [
        {**each, "inputs": _after(each.get("inputs") or {}, planned[each["urn"]])}
        if each["urn"].split("::")[-1] in chosen and each["urn"] in planned
        else {**each}
        for each in resources
    ]


def _after(inputs: Mapping[str, Any], planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs after the difference that a plan has of them."""
    difference = (planned.get("goal") or {}).get("inputDiff") or {}
    deleted = set(difference.get("deletes") or ())
    kept = {name: value for name, value in inputs.items() if name not in deleted}
    return {**kept, **(difference.get("adds") or {}), **(difference.get("updates") or {})}
