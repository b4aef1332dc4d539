from __future__ import annotations

import pytest

from tandem.cti.documents.document import DocumentKind, Mapping, Scalar, Sequence, read_document

MAX_CHARACTERS, MAX_NODES = 100_000, 10_000
KIND = DocumentKind(
    noun="letter",
    max_characters=MAX_CHARACTERS,
    max_nodes=MAX_NODES,
    too_large_fix="Write two.",
    alias_fix="Say it again.",
    empty_fix="Write one.",
)


def codes(text: str) -> list[tuple[str, int]]:
    _, problems = read_document(text, "f.yaml", KIND)
    return [(problem.code, problem.line) for problem in problems]


def test_nodes_know_their_line_and_their_quotes() -> None:
    root, problems = read_document('a: 1\nb:\n  - "x"\n  - {c: no}\n', "f.yaml", KIND)
    assert problems == []
    assert root == Mapping(
        (
            (Scalar("a", False, 1), Scalar("1", False, 1)),
            (
                Scalar("b", False, 2),
                Sequence(
                    (Scalar("x", True, 3), Mapping(((Scalar("c", False, 4), Scalar("no", False, 4)),), 4)),
                    3,
                ),
            ),
        ),
        1,
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty", 1),
        ("# only a comment\n", "empty", 1),
        ("a: [1, 2\nb: 3\n", "not_yaml", 2),
        ("a: 1\n\tb: 2\n", "tab", 2),
        ("a:\n\tb: 2\n", "tab", 2),
        ("a: 1\nb: @\t\n", "not_yaml", 2),
        ("a: 1\n---\nb: 2\n", "several_documents", 2),
        ("a: &x 1\nb: *x\n", "alias", 1),
        ("a: 1\nb: *x\n", "alias", 2),
        ("a: 1\na: 2\n", "duplicate_key", 2),
        ("? [1, 2]\n: 3\n", "bad_key", 1),
        ("a: !!python/object/apply:os.system [ls]\n", "tag", 1),
        ("a: 1\nb: !!str 2\n", "tag", 2),
        ("a: 1\nb: \x07\n", "bad_character", 2),
        ("a: 1\nb: \ud800\n", "bad_character", 2),
        ('a: 1\nb: "x\\0"\n', "bad_character", 2),
        ('a: 1\n"b\\e[2J": 2\n', "bad_character", 2),
        ("a: " + "[" * 40 + "]" * 40, "too_deep", 1),
        ("a: " + "{b: " * 40 + "}" * 40, "too_deep", 1),
        ("a: [" + "1," * MAX_NODES + "]", "too_large", 1),
        ("x" * (MAX_CHARACTERS + 1), "too_large", 1),
    ],
)
def test_what_is_refused(text: str, code: str, line: int) -> None:
    assert codes(text) == [(code, line)]


@pytest.mark.parametrize("written", ["x\\0", "\\uFEFFx", "\\e[2J"])
def test_a_stored_text_keeps_what_only_an_escape_can_write(written: str) -> None:
    text = f'a: 1\nb: "{written}"\n'
    assert codes(text) == [("bad_character", 2)]
    root, problems = read_document(text, "f.yaml", KIND, stored=True)
    assert isinstance(root, Mapping)
    assert problems == []
    _, problems = read_document("a: \x07\n", "f.yaml", KIND, stored=True)
    assert [problem.code for problem in problems] == ["bad_character"], "that was never taken"


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(f"{n}: &{n} [*a, *a, *a, *a]\n" for n in "bcdefghijk")
    assert codes(bomb) == [("alias", 1)]


def test_ten_megabytes_are_refused_without_being_read() -> None:
    assert codes("a: b\n" * 2_000_000) == [("too_large", 1)]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert codes("\ufeffa: 1\n") == []
