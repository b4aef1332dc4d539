from __future__ import annotations

from tests.unit.documents.test_document import KIND

from tandem.cti.documents.document import read_document
from tandem.cti.documents.lines import Lines

TEXT = """\
a: 1
b:
  c:
    - x
    - {d: y,
       e: z}
"""


def test_where_things_stand() -> None:
    root, _ = read_document(TEXT, "f.yaml", KIND)
    assert root is not None
    lines = Lines(root)
    assert [lines.at("a"), lines.at("b"), lines.at("b", "c"), lines.at("b", "c", 0), lines.at("b", "c", 1)] == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert lines.at("b", "c", 1, "e") == 6


def test_what_is_not_there_is_said_to_be_where_it_would_belong() -> None:
    root, _ = read_document(TEXT, "f.yaml", KIND)
    assert root is not None
    lines = Lines(root)
    assert lines.at() == 1
    assert lines.at("nowhere") == 1
    assert lines.at("b", "nowhere", 3) == 2
    assert lines.at("b", "c", 9) == 3
    assert lines.at("b", "c", "no index") == 3
