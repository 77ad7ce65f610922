"""``sparehub derive`` as a person or a script calls it: diff, file, notes, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.command_fixtures import Sparehub
from tests.configurations import OURS, ROOT, shipped

PAIR = ("--from", "primary", "--to", "secondary")
SECONDARY = "Pulumi.secondary.yaml"
HUSH = "v1:aGVyZSBpcw==:c2VjcmV0"


def values(path: Path) -> dict[str, Any]:
    config: dict[str, Any] = YAML(typ="safe").load(path)["config"]
    return config


def test_the_shipped_secondary_is_derived_from_the_primary_alone(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """First a diff, then a file, then no change; values to confirm are marked."""
    path = tmp_path / SECONDARY
    path.unlink()
    arguments = ("derive", *PAIR, "--peering-location", "Singapore")

    diff = sparehub(*arguments)
    assert not path.exists()
    written = sparehub(*arguments, "--write")
    text = path.read_text()
    again = sparehub(*arguments, "--write")

    assert (diff.returncode, written.returncode, again.returncode) == (0, 0, 0)
    lines = diff.stdout.splitlines()
    assert lines[:3] == ["--- /dev/null", f"+++ {SECONDARY}", f"@@ -0,0 +1,{len(lines) - 3} @@"]
    assert text == "".join(f"{line[1:]}\n" for line in lines[3:])
    assert (written.stdout, again.stdout) == ("", "")
    assert path.read_text() == text
    assert f"wrote {SECONDARY}; next: confirm the marked values" in written.stderr
    assert f"{SECONDARY} has every derived value: nothing changes" in again.stderr

    expected = shipped("secondary")
    derived = values(path)
    circuits = [
        config["sparehub:region"]["expressRoute"]["connections"]["singapore"]["circuit"]
        for config in (expected, derived)
    ]
    for circuit in circuits:
        del circuit["bandwidthInMbps"]
        for key in ("vlanId", "primaryPeerAddressPrefix", "secondaryPeerAddressPrefix"):
            del circuit["privatePeering"][key]
    assert derived == expected
    marked = [line.split(":")[0].strip() for line in text.splitlines() if "to be confirmed" in line]
    assert marked == [
        "serviceProvider",
        "bandwidthInMbps",
        "provisioned",
        "vlanId",
        "primaryPeerAddressPrefix",
        "secondaryPeerAddressPrefix",
    ]
    assert sparehub("check").returncode == 0


def test_a_new_file_is_explained_like_the_shipped_one(sparehub: Sparehub, tmp_path: Path) -> None:
    """The primary's comments and a heading; the stack keeps its own encryption salt."""
    (tmp_path / SECONDARY).write_text("encryptionsalt: v1:its-own\n")  # `pulumi stack init`
    path = tmp_path / "Pulumi.primary.yaml"
    path.write_text("encryptionsalt: v1:salt\n" + path.read_text())

    sparehub("derive", *PAIR, "--peering-location", "Singapore", "--write")

    text = (tmp_path / SECONDARY).read_text()
    unmarked = text.replace(" # to be confirmed", "").splitlines()
    shipped_lines = (ROOT / SECONDARY).read_text().splitlines()
    assert unmarked[:3] == [
        "# The recovery region, derived from Pulumi.primary.yaml by `sparehub derive`.",
        shipped_lines[1],
        "encryptionsalt: v1:its-own",
    ]
    assert [line for line in unmarked if line not in shipped_lines] == [
        unmarked[0],
        unmarked[2],
        "            bandwidthInMbps: 1000",
        "              vlanId: 100",
        "              primaryPeerAddressPrefix: 172.16.0.8/30",
        "              secondaryPeerAddressPrefix: 172.16.0.12/30",
    ]


@pytest.mark.parametrize("options", [(), ("--peering-location", "Singapore"), ("--json",)])
def test_deriving_the_shipped_pair_changes_nothing(
    sparehub: Sparehub, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Every byte stays."""
    before = (tmp_path / SECONDARY).read_bytes()

    done = sparehub("derive", *PAIR, *options, "--write")

    assert done.returncode == 0
    if "--json" in options:
        assert done.stderr == ""
        assert json.loads(done.stdout) == {
            "from": "primary",
            "to": "secondary",
            "changes": [],
            "diff": "",
            "notes": [
                {
                    "kind": "kept",
                    "path": "region.expressRoute.connections.singapore",
                    "message": "as it stands: a circuit at Singapore, 200 Mbps",
                }
            ],
            "written": False,
        }
    else:
        assert done.stdout == ""
    assert (tmp_path / SECONDARY).read_bytes() == before


def test_derive_changes_only_the_lines_of_changed_values(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """Comments, order, quotes, blank lines and keys of other programs stay."""
    path = tmp_path / SECONDARY
    text = path.read_text()
    text = text.replace(
        "    spokes:\n", "\n    # who may change this: networks team\n    spokes:\n"
    )
    text = text.replace("      spoke2:\n", "\n      # the second one\n      spoke2:\n")
    text = text.replace(
        "azure-native:location: s", "other:key: 'x'  # mine\n  azure-native:location: s"
    )
    path.write_text(f"encryptionsalt: v1:salt\n{text}# the end\n")
    before = path.read_text().splitlines()
    primary = tmp_path / "Pulumi.primary.yaml"
    primary.write_text(primary.read_text().replace("10.2.0.0/24", "10.3.0.0/24"))

    done = sparehub("derive", *PAIR, "--write", "--json")

    after = path.read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [(old.strip(), new.strip()) for old, new in changed] == [
        ("addressSpace: [10.2.0.0/24]", "addressSpace: [10.3.0.0/24]"),
        ("app: {addressPrefix: 10.2.0.0/24}", "app: {addressPrefix: 10.3.0.0/24}"),
    ]
    assert json.loads(done.stdout)["changes"] == [
        {
            "path": "region.spokes.spoke2.addressSpace",
            "before": ["10.2.0.0/24"],
            "after": ["10.3.0.0/24"],
        },
        {
            "path": "region.spokes.spoke2.subnets.app.addressPrefix",
            "before": "10.2.0.0/24",
            "after": "10.3.0.0/24",
        },
    ]


def test_derive_keeps_secrets_and_never_prints_them(sparehub: Sparehub, tmp_path: Path) -> None:
    """Their ciphertext is not in the diff either, where a line beside it changes."""
    for name in ("Pulumi.primary.yaml", SECONDARY):
        path = tmp_path / name
        yaml = YAML()
        yaml.width = 1000
        content = yaml.load(path)
        connections = content["config"]["sparehub:region"]["expressRoute"]["connections"]
        (connection,) = connections.values()
        connection["circuit"] = {
            "authorizationKey": {"secure": HUSH + name[7]},
            "id": f"{OURS}/resourceGroups/g/providers/Microsoft.Network"
            f"/expressRouteCircuits/{name[7]}",
            "peeringLocation": connection["circuit"]["peeringLocation"],
            "sku": {"tier": "Standard"},
            "bandwidthInMbps": 200,
        }
        yaml.dump(content, path)
    text = (tmp_path / SECONDARY).read_text()
    path = tmp_path / "Pulumi.primary.yaml"
    path.write_text(path.read_text().replace("192.168.0.0/16", "192.168.0.0/17"))

    kept = sparehub("derive", *PAIR, "--write")
    gone = sparehub("derive", *PAIR, "--same-circuit")
    as_json = sparehub("derive", *PAIR, "--same-circuit", "--json")

    assert (kept.returncode, gone.returncode, as_json.returncode) == (0, 0, 0)
    written = (tmp_path / SECONDARY).read_text()
    assert written == text.replace("192.168.0.0/16", "192.168.0.0/17")
    assert "-              secure: [secret]" in gone.stdout
    for done in (kept, gone, as_json):
        assert HUSH not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 2, "give --peering-location"),
        (("--same-circuit", "--peering-location", "Singapore"), 2, "choose one"),
        (("--same-circuit", "--remap", "10.1.0.0/16"), 2, "--remap 10.1.0.0/16: is not OLD=NEW"),
        (("--same-circuit", "--from", "secondary"), 2, "--from and --to: both are 'secondary'"),
        (("--same-circuit", "--location", "eastasia"), 2, "is the first region's own"),
        (("--same-circuit", "--remap", "fd00::/8=fc00::/8"), 3, "(SR-21)"),
        (("--same-circuit", "--remap", "10.1.0.0/25=10.9.0.0/25"), 3, "only a part of the"),
        (("--same-circuit", "--from", "third"), 3, "Pulumi.third.yaml: no such file"),
    ],
)
def test_invalid_options_of_derive_are_refused(
    sparehub: Sparehub, tmp_path: Path, options: tuple[str, ...], code: int, message: str
) -> None:
    """Exit code 2 for usage, 3 for a rule; nothing is written and there is no traceback."""
    (tmp_path / SECONDARY).unlink()

    done = sparehub("derive", *options, "--write")

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / SECONDARY).exists()


def test_a_file_that_is_not_a_stack_file_is_refused(sparehub: Sparehub, tmp_path: Path) -> None:
    """Either file; it is unchanged."""
    text = "config: [no, mapping]"
    for name in ("Pulumi.primary.yaml", SECONDARY):
        path = tmp_path / name
        before = path.read_bytes()
        path.write_text(text)

        done = sparehub("derive", *PAIR, "--write")

        assert done.returncode == 3
        assert f"{name}: " in done.stderr
        assert "Traceback" not in done.stderr
        assert path.read_text() == text
        path.write_bytes(before)


def test_a_derived_file_that_cannot_be_written_is_an_error(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """One message, and no partial file."""
    (tmp_path / SECONDARY).unlink()
    (tmp_path / f".{SECONDARY}.new").mkdir()

    done = sparehub("derive", *PAIR, "--same-circuit", "--write")

    assert done.returncode == 1
    assert "cannot be written (Is a directory); nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / SECONDARY).exists()


def test_derive_refuses_yaml_anchors_whose_aliases_would_differ(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """The anchor cannot be kept, and is not removed silently."""
    path = tmp_path / SECONDARY
    text = path.read_text().replace(
        "app: {addressPrefix: 10.1.0.0/24}", "app: &app {protected: true}"
    )
    path.write_text(text.replace("app: {addressPrefix: 10.2.0.0/24}", "app: *app"))

    done = sparehub("derive", *PAIR, "--write")

    assert done.returncode == 1
    assert "shares values by YAML anchors" in done.stderr
