"""Invalid YAML documents: too large, nested too deeply, malformed, or not text."""

_BOMB = "a0: &a0 [{}]\n".format(", ".join("x" * 10)) + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
_MERGED = "a0: &a0 {b: x, c: x, d: x}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
)
BROKEN: dict[str, tuple[bytes, str]] = {
    "a YAML bomb": (
        _BOMB.encode(),
        "has more than 60,000 values, its aliases expanded, line ",
    ),
    "a bomb of merged keys": (_MERGED.encode(), "has more than 60,000 values"),
    "brackets": (b"a: " + b"[" * 5000, "nests without end: 50 levels and more, line 1"),
    "braces": (b"{a: " * 5000, "nests without end: 50 levels and more, line 1"),
    "indentation": (
        "\n".join(" " * n + "a:" for n in range(500)).encode(),
        "nests without end: 50 levels and more, line 51",
    ),
    "an alias that holds itself": (b"a: &a [*a]", "an alias holds itself"),
    "a number of 5,000 digits": (
        b"a: " + b"1" * 5000,
        "has a number of more than 100 digits, line 1",
    ),
    "a hexadecimal number of 5,000 digits": (b"a: 0x" + b"f" * 5000, "more than 100 digits"),
    "a file of 3 MB": (b"a: " + b"x" * 3_000_000, "is larger than 2,097,152 bytes"),
    "a list of 200,000": (b"a: [" + b"1," * 200_000 + b"]", "more than 120,000 lines and commas"),
    "a key twice": (b"a: 1\na: 2", "line 2: the key 'a' is given twice"),
    "an object of Python": (b"a: !!python/object:os.system x", "line 1: could not determine"),
    "an invalid date": (b"a: 2024-99-99", "looks like a date or a number"),
    "an invalid timestamp": (b"a: !!timestamp hush", "looks like a date or a number"),
    "an invalid integer": (b"a: !!int hush", "looks like a date or a number"),
    "NUL": (b"a: x\x00y", r"it has the character '\x00'"),
    "an escape character": (b"a: x\x1by", r"it has the character '\x1b'"),
    "UTF-16": ("a: x".encode("utf-16"), "is not UTF-8 text: byte 0 is 0xff"),
    "half a character": (b"a: \xed\xa0\x80", "is not UTF-8 text: byte 3 is 0xed"),
    "two documents": (b"a: 1\n---\nb: 2", "line 2: but found another document"),
    "a mapping as a key": (b"? {a: b}\n: 1", "line 1: found unhashable key"),
}
