from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.ivr.flows import GOOD, QUEUES

from tandem.ivr.errors import FlowError
from tandem.ivr.flow_files import load_flow_file


def test_a_file_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(GOOD, encoding="utf-8")
    assert load_flow_file(tmp_path / "flow.yaml", QUEUES).name == "test"


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [(b"a: 1\nb: \xff\n", "bad_character", 2), (b"x" * 2_000_000, "too_large", 1), (None, "unreadable", 1)],
)
def test_a_file_that_cannot_be_read_is_a_problem_like_others(
    tmp_path: Path, content: bytes | None, code: str, line: int
) -> None:
    path = tmp_path / "flow.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FlowError) as caught:
        load_flow_file(path, QUEUES)
    (problem,) = caught.value.problems
    assert (problem.file, problem.code, problem.line) == ("flow.yaml", code, line)
