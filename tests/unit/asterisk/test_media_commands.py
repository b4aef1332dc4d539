"""What is sent to Asterisk for a request of media, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.lane_bench import CALL, LEG, MUSIC, Bench, collect, music, play

from tandem.cti.model.errors import InvalidField
from tandem.cti.model.ids import Token
from tandem.cti.model.requests import Play


def test_commands() -> None:
    assert Bench().add(play("t", "a", "b")) == [
        "EXEC MSet TANDEM_ASKED=t,BACKGROUNDSTATUS=",
        "EXEC Background a&b,p",
        "GET FULL VARIABLE ${BACKGROUNDSTATUS},",
    ]
    assert Bench().add(play("t", "a", barge_in=True))[1] == "EXEC Background a"
    assert Bench().add(collect("t")) == [
        "EXEC MSet TANDEM_ASKED=t,TIMEOUT(response)=3.500,TIMEOUT(digit)=3.000,READSTATUS=,TANDEM_DIGITS=",
        "EXEC Read TANDEM_DIGITS,a&b/c,2,et(#D),1",
        "GET FULL VARIABLE ${READSTATUS},${TANDEM_DIGITS}",
    ]
    assert Bench().add(collect("t", prompts=(), terminator=""))[1] == "EXEC Read TANDEM_DIGITS,,2,et(D),1"
    assert Bench().add(MUSIC) == ["SET MUSIC ON default"]


@pytest.mark.parametrize("prompt", ["a&b", "a,b", "${X}", "../x", "a b", "", "a\nb", "x" * 201, "http://x/y"])
def test_a_prompt_is_a_plain_name(prompt: str) -> None:
    with pytest.raises(InvalidField):
        Bench().add(play("t", prompt))
    with pytest.raises(InvalidField):
        Bench().add(collect("t", prompts=(prompt,)))


def test_bounds() -> None:
    refusals: tuple[Callable[[], object], ...] = (
        lambda: Bench().add(play("t", *["p"] * 201)),
        lambda: Bench().add(play("a b")),
        lambda: Bench().add(collect("t", digits=0)),
        lambda: Bench().add(collect("t", digits=65)),
        lambda: Bench().add(collect("t", timeout_s=0)),
        lambda: Bench().add(collect("t", timeout_s=float("nan"))),
        lambda: Bench().add(collect("t", digit_timeout_s=601)),
        lambda: Bench().add(collect("t", terminator="5")),
        lambda: Bench().add(collect("t", terminator="#)")),
        lambda: Bench().add(music("t", seconds=0)),
        lambda: Bench().add(music("t", keys="1A")),
        lambda: Bench().add(Play(call=CALL, connection=LEG, prompts=(), token=Token("t"))),
    )
    for refused in refusals:
        with pytest.raises(InvalidField):
            refused()


def test_long_sequences_are_cut_into_commands_that_fit() -> None:
    prompts = tuple(f"/srv/sounds/zh/{number:050d}" for number in range(40))
    bench = Bench()
    heard: list[str] = []
    bench.add(play("t", *prompts))
    while not bench.ended:
        assert all(len(f"Command: {text}") < 1000 for text in bench.sent)
        assert (bench.sent[0] == "EXEC MSet TANDEM_ASKED=t,BACKGROUNDSTATUS=") == (prompts[-1] in bench.sent[1])
        heard += bench.sent[1].removeprefix("EXEC Background ").removesuffix(",p").split("&")
        bench.over()
    assert tuple(heard) == prompts
    assert bench.ended[0].ok

    asked = Bench()
    asked.add(collect("t", prompts=prompts))
    kinds = []
    while not asked.ended:
        kinds.append(asked.sent[1].split()[1])
        if kinds[-1] == "Read":
            asked.press("12")
            asked.read_over("OK", "12")
        else:
            asked.over()
    assert kinds == ["Background", "Background", "Background", "Read"]
    assert asked.digits == [("t", "12")]
