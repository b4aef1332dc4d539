from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from tests.support.desktop_fakes import board, seat

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.framing import Numbered, frame

EXAMPLES = [
    seat(),
    board(gone=['"seq":0', "王小明"]),
    m.Callbacks(seq=0, whole=False, total=1, rows=[], gone=['"seq":0']),
    m.Campaigns(seq=0, whole=True, rows=[], gone=['"seq":0']),
    m.Service(seq=0, switch_up=True, database_up=False),
    m.Replaced(seq=0),
]


def test_every_message_with_a_number_is_tried_here() -> None:
    numbered = {kind for kind in get_args(m.ServerMessage) if "seq" in kind.__struct_fields__} - {m.Welcome}
    assert {type(example) for example in EXAMPLES} == numbered == set(get_args(Numbered))


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_numbering_a_frame_is_the_same_as_encoding_the_numbered_message(message: Numbered) -> None:
    sealed = frame(message)
    for seq in (1, 9, 10, 2**53 - 1):
        assert msgspec.json.decode(sealed.numbered(seq), type=m.ServerMessage) == msgspec.structs.replace(
            message, seq=seq
        )
