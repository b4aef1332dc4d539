from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.ids import RecordingId
from tandem.recordings.core.naming import raw_path, recording_of, wav_path
from tandem.recordings.errors import BadRecordingId

FOLDER = PurePosixPath("/var/spool/tandem")
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True).map(RecordingId)


def test_a_name_is_the_id_and_what_it_is() -> None:
    assert raw_path(FOLDER, RecordingId("c1-2")) == FOLDER / "c1-2.raw"
    assert wav_path(FOLDER, RecordingId("c1-2")) == FOLDER / "c1-2.wav"


@pytest.mark.parametrize(
    "hostile",
    ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\\b", "a\0b", "a\nb", "a b", "-rf", ".hidden", "~x", "é", "x" * 65,
     "a\n", "${X}", "a,b", "a;b", "１"],
)  # fmt: skip
def test_what_must_not_become_a_file_name(hostile: str) -> None:
    for path in (raw_path, wav_path):
        with pytest.raises(BadRecordingId):
            path(FOLDER, RecordingId(hostile))


@given(st.text())
def test_whatever_the_id_the_file_is_in_the_folder_or_refused(text: str) -> None:
    folder = Path("/var/spool/tandem")
    try:
        path = raw_path(folder, RecordingId(text))
    except BadRecordingId:
        return
    assert path.parent == folder
    assert Path(str(path)).resolve().parent == folder.resolve()


@given(IDS, IDS)
def test_two_ids_never_share_a_file_and_the_id_is_read_back(one: RecordingId, other: RecordingId) -> None:
    names = {raw_path(FOLDER, one), wav_path(FOLDER, one), raw_path(FOLDER, other), wav_path(FOLDER, other)}
    assert len(names) == (2 if one == other else 4)
    assert recording_of(raw_path(FOLDER, one)) == recording_of(wav_path(FOLDER, one)) == one


@pytest.mark.parametrize("name", ["x.mp3", "x", ".raw", "..raw", "x.wav.part", "-x.raw", "a b.wav"])
def test_other_files_are_no_recordings(name: str) -> None:
    assert recording_of(FOLDER / name) is None
