"""Merging values into a stack file keeps its comments and the order of its keys."""

import pytest

from sparehub.stacks.stack_document import StackDocument

TEXT = """\
# the heading
config:
  sparehub:region: # everything
    tags: {owner: dr, cost: '42'} # cost centre
    # about the spokes

    spokes: # one entry each
      a:
        addressSpace: [10.1.0.0/24] # the first

      # about b
      b:
        addressSpace: [10.2.0.0/24]
      # about c
      c:
        addressSpace:
          - 10.3.0.0/24 # the old one
          - 10.4.0.0/24
    # about on-premises
    onPremises:
      prefers: none # for now
# the end
"""
SPOKES = {
    "a": {"addressSpace": ["10.1.0.0/24"]},
    "b": {"addressSpace": ["10.2.0.0/24"]},
    "c": {"addressSpace": ["10.3.0.0/24", "10.4.0.0/24"]},
}
REGION = {
    "tags": {"owner": "dr", "cost": "42"},
    "spokes": SPOKES,
    "onPremises": {"prefers": "none"},
}


def updated(**changes: object) -> str:
    document = StackDocument(TEXT, "secondary")
    document.update({"sparehub:region": REGION | changes}, document.config)
    assert document.values == {"sparehub:region": REGION | changes}
    return document.text()


def test_equal_values_change_nothing() -> None:
    """Every byte stays, with quotes and empty lines."""
    assert updated() == TEXT


def test_windows_line_ends_stay() -> None:
    """A file with carriage returns keeps them."""
    text = TEXT.replace("\n", "\r\n")

    assert StackDocument(text, "secondary").text() == text


def test_a_changed_value_keeps_its_comments() -> None:
    """Scalars, flow and block collections."""
    spokes = {
        "a": {"addressSpace": ["10.1.0.0/23", "10.9.0.0/24"]},
        "b": {"addressSpace": ["10.2.0.0/24"]},
        "c": {"addressSpace": ["10.5.0.0/24", "10.4.0.0/24", "10.6.0.0/24"]},
    }

    assert updated(spokes=spokes, tags={"owner": "me"}) == (
        TEXT.replace("[10.1.0.0/24]", "[10.1.0.0/23, 10.9.0.0/24]")
        .replace("- 10.3.0.0/24 #", "- 10.5.0.0/24 #")
        .replace("- 10.4.0.0/24\n", "- 10.4.0.0/24\n          - 10.6.0.0/24\n")
        .replace("{owner: dr, cost: '42'}", "{owner: me}")
    )


def test_a_new_key_is_inserted_after_its_predecessor() -> None:
    """Lines between two keys stay with the second; a new key may be first or last."""
    new = {"addressSpace": ["10.7.0.0/24"]}
    spokes = {"a": SPOKES["a"], "new": new, "b": SPOKES["b"], "c": SPOKES["c"], "last": new}
    block = ":\n        addressSpace: [10.7.0.0/24]\n"

    assert updated(spokes=spokes) == (
        TEXT.replace("the first\n\n", f"the first\n      new{block}\n").replace(
            "    # about on-premises", f"      last{block}    # about on-premises"
        )
    )
    first = {"spokes": {"new": new} | SPOKES}
    assert updated(**first) == TEXT.replace("      a:\n", f"      new{block}      a:\n")


@pytest.mark.parametrize("gone", ["a", "b", "c"])
def test_removing_a_key_removes_only_its_own_comments(gone: str) -> None:
    """Comments on other keys stay."""
    text = updated(spokes={key: spoke for key, spoke in SPOKES.items() if key != gone})

    assert f"      {gone}:\n" not in text
    comments = [line.partition("#")[2] for line in TEXT.splitlines() if "#" in line]
    of_its_own = {"a": [" the first"], "b": [" about b"], "c": [" about c", " the old one"]}[gone]
    for comment in comments:
        assert comment in of_its_own or f"#{comment}" in text


def test_lists_are_indented_as_in_the_file() -> None:
    """Pulumi indents dashes below the key; people often do not."""
    text = "config:\n  sparehub:region:\n    dnsServers:\n    - 10.1.0.4\n    # tail\n"
    document = StackDocument(text, "secondary")

    document.update({"sparehub:region": {"dnsServers": ["10.1.0.5", "10.1.0.6"]}}, document.config)

    assert document.text() == text.replace("10.1.0.4\n", "10.1.0.5\n    - 10.1.0.6\n")
