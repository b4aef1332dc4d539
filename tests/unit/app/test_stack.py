"""How long a start waits for its server."""

from __future__ import annotations

from pathlib import Path

from tandem.cti.app.stack import Preparing


def test_a_server_that_says_what_it_prepares_is_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("- prompts: 9 of 9\n2026-11-22 INFO of the run before\n", encoding="utf-8")
    preparing = Preparing(log, now=100.0, every_s=5.0)
    assert preparing.look(now=130.0) == ""
    assert preparing.silent_s == 30.0

    with log.open("a", encoding="utf-8") as more:
        more.write("- prompts: 1 of 565\n")
    assert preparing.look(now=140.0) == "prompts: 1 of 565"
    assert preparing.silent_s == 0.0

    with log.open("a", encoding="utf-8") as more:
        more.write("- prompts: 2 of 565\n")
    assert preparing.look(now=142.0) == "", "one was told two seconds ago"
    assert preparing.silent_s == 0.0

    assert preparing.look(now=172.0) == "", "nothing new"
    assert preparing.silent_s == 30.0


def test_a_server_that_only_complains_is_not_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    preparing = Preparing(log, now=0.0, every_s=5.0)
    for second in range(1, 61):
        with log.open("a", encoding="utf-8") as more:
            more.write(f"2026-11-22 WARNING try {second}: nothing answers\n")
        assert preparing.look(now=float(second)) == ""
    assert preparing.silent_s == 60.0
