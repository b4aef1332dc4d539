"""``tandem campaign`` and ``tandem do-not-call`` against a desk behind the control socket."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.campaign_floor import SPRING, campaign, lead
from tests.support.campaign_ground import Desk
from tests.support.house import MEI

from tandem.cti.app import campaign_cli
from tandem.cti.app.campaign_desk.commands import handlers
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.app.control import control
from tandem.cti.app.dialer import days
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.errors import BadRequest, CtiError, Unavailable
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.records import AuditRecord

NUMBER = lead(1).numbers[0].number


def parsed(*words: str) -> argparse.Namespace:
    parser = CommandParser(prog="tandem do-not-call" if words[0] == "do-not-call" else "tandem campaign")
    if words[0] == "do-not-call":
        campaign_cli.add_do_not_call_commands(parser, lambda _: None)
        words = words[1:]
    else:
        campaign_cli.add_commands(parser, lambda _: None)
    return parser.parse_args(words)


@pytest.fixture
async def on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv("LC_ALL", "C")
    record = CampaignRecord(id=SPRING, rev=2, state="running", document=campaign(), by="sue", at=1.0)
    desk = Desk(records=[record])
    await desk.desk.open()
    desk.leads.rows = [lead(1)]
    async with control(tmp_path, handlers(desk.desk, desk.journal, desk)):
        yield desk


def audited(on: Desk) -> list[str]:
    return [record.action for record in on.journal.records if isinstance(record, AuditRecord)]


async def test_a_campaign_from_a_file_is_checked_saved_and_started(
    on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "autumn.yaml"
    file.write_text("id: autumn\nname: 秋天\nqueue: nowhere\nhours: {days: {0: [{begin: 540, end: 1020}]}}\n")
    assert await campaign_cli.run(parsed("check", str(file)), tmp_path) == 1
    assert "error: queue:" in capsys.readouterr().out
    assert "autumn" not in on.campaigns.stored
    file.write_text(file.read_text().replace("nowhere", "service"))
    assert await campaign_cli.run(parsed("save", str(file)), tmp_path) == 0
    assert await campaign_cli.run(parsed("start", "autumn"), tmp_path) == 0
    assert await campaign_cli.run(parsed("mode", "autumn", "preview"), tmp_path) == 0
    await campaign_cli.run(parsed("list"), tmp_path)
    said = capsys.readouterr().out
    assert "autumn: preview from now on" in said
    assert "autumn                running     preview       秋天" in said
    await campaign_cli.run(parsed("show", "autumn"), tmp_path)
    assert "name: 秋天" in capsys.readouterr().out
    assert audited(on) == ["campaign_created", "campaign_running", "campaign_mode"]


async def test_saved_again_it_is_changed_and_a_draft_can_be_deleted(on: Desk, tmp_path: Path) -> None:
    file = tmp_path / "autumn.yaml"
    file.write_text("{id: autumn, name: Autumn, queue: service}")
    for _ in range(2):
        assert await campaign_cli.run(parsed("save", str(file)), tmp_path) == 0
    assert await campaign_cli.run(parsed("delete", "autumn"), tmp_path) == 0
    assert audited(on) == ["campaign_created", "campaign_changed", "campaign_deleted"]
    with pytest.raises(BadRequest, match="only a draft"):
        await campaign_cli.run(parsed("delete", "spring"), tmp_path)


@pytest.mark.parametrize("text", ["", "- 1\n", "{", "id: a\nname: b\ncolour: red\n", "id: 'a b'\nname: c\n"])
async def test_what_is_no_campaign_is_refused(on: Desk, tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text)
    with pytest.raises(BadRequest):
        await campaign_cli.run(parsed("save", str(file)), tmp_path)
    assert audited(on) == []


@pytest.mark.parametrize(
    ("verb", "says"),
    [("pause", "go on today"), ("stop", "the day ends over the limit"), ("drain", "the day ends over")],
)
async def test_who_stops_a_day_that_is_over_the_limit_is_told(
    verb: str, says: str, on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two abandoned calls may be lent to a day that is young: whoever ends it then should know."""
    run = on.floor.center.dialer.campaigns[SPRING]
    days.count(run, answered=24, abandoned=1)
    await campaign_cli.run(parsed(verb, "spring"), tmp_path)
    said = capsys.readouterr()
    assert said.err.startswith("warning: ")
    assert "spring is" in said.out
    assert "Today 1 of 24 calls that people answered met nobody: 4.2%, over the limit of 3.0% until 10 more" in said.err
    assert says in said.err
    view = await on.desk.campaign("spring")
    assert view.warning["zh"].startswith("今日真人接听 24 通，其中呼损 1 通，占 4.2%，高于上限 3.0%：还要 10 通")
    days.count(run, answered=76)
    assert (await on.desk.campaign("spring")).warning == {}


async def test_the_warning_and_the_verdict_go_by_the_language_of_the_terminal(
    on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    days.count(on.floor.center.dialer.campaigns[SPRING], answered=24, abandoned=1)
    await campaign_cli.run(parsed("pause", "spring"), tmp_path)
    assert capsys.readouterr().err.startswith("警告：今日真人接听 24 通")
    assert await campaign_cli.run(parsed("dial", NUMBER, "--agent", "mei", "--campaign", "spring"), tmp_path) == 1
    assert "活动未在运行（已暂停）" in capsys.readouterr().out


async def test_who_stops_a_day_within_the_limit_is_told_nothing(
    on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days.count(on.floor.center.dialer.campaigns[SPRING], answered=100, abandoned=3)
    await campaign_cli.run(parsed("stop", "spring"), tmp_path)
    assert capsys.readouterr().err == ""


async def test_the_waterfall_and_the_sheet_in_words(
    on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await campaign_cli.run(parsed("stop", "spring"), tmp_path)
    await campaign_cli.run(parsed("waterfall", "spring"), tmp_path)
    out = capsys.readouterr().out
    assert "        10  contacts" in out
    assert "         0  may be called now" in out
    await campaign_cli.run(parsed("sheet", "spring"), tmp_path)
    assert "provisional" in capsys.readouterr().out


async def test_numbers_are_entered_found_and_lifted(
    on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "numbers"
    file.write_text("+8613900000001\n\nnobody\n")
    asked = parsed("do-not-call", "add", NUMBER, "--file", str(file))
    assert await campaign_cli.run_do_not_call(asked, tmp_path) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (
        "2 entered, 1 are no telephone numbers\n",
        "no telephone number: nobody\n",
    )
    on.entries.stored = [record for record in on.journal.records if isinstance(record, DoNotCallEntry)]
    await campaign_cli.run_do_not_call(parsed("do-not-call", "search", NUMBER), tmp_path)
    entry = capsys.readouterr().out.split()[0]
    await campaign_cli.run_do_not_call(parsed("do-not-call", "lift", entry, "--reason", "asked"), tmp_path)
    assert audited(on) == ["calls_forbidden", "call_allowed_again"]
    with pytest.raises(BadRequest, match="give numbers"):
        await campaign_cli.run_do_not_call(parsed("do-not-call", "add"), tmp_path)


async def test_a_number_is_dialled_when_nothing_forbids_it(
    on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on.floor.ready(MEI)
    assert await campaign_cli.run(parsed("dial", NUMBER, "--agent", "mei", "--campaign", "spring"), tmp_path) == 0
    await campaign_cli.run_do_not_call(parsed("do-not-call", "add", NUMBER), tmp_path)
    assert await campaign_cli.run(parsed("dial", NUMBER, "--agent", "mei"), tmp_path) == 1
    assert "do-not-call" in capsys.readouterr().out


async def test_every_answer_goes_by_the_language_of_the_terminal(
    on: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    file = tmp_path / "autumn.yaml"
    file.write_text("id: autumn\nname: 秋天\nqueue: nowhere\n")

    async def said(*words: str, code: int = 0) -> list[str]:
        run = campaign_cli.run_do_not_call if words[0] == "do-not-call" else campaign_cli.run
        assert await run(parsed(*words), tmp_path) == code
        told = capsys.readouterr()
        return (told.out + told.err).splitlines()

    assert (await said("check", str(file), code=1))[0].startswith("错误：queue：")
    file.write_text(file.read_text().replace("nowhere", "service"))
    assert (await said("save", str(file)))[0] == "autumn，第 1 版，草稿"
    assert await said("start", "autumn") == ["autumn：运行中"]
    assert await said("mode", "autumn", "preview") == ["autumn：即刻起为预览"]
    assert "autumn                运行中      预览          秋天" in await said("list")
    assert (await said("waterfall", "spring"))[0].endswith("联系人")
    assert (await said("waterfall", "spring"))[-1].endswith("现在可以拨打")
    sheet = await said("sheet", "spring")
    assert sheet[0].endswith("暂定")
    assert sheet[1].startswith("  拨打次数    ")
    assert await said("do-not-call", "add", NUMBER, "nobody", code=1) == [
        "已录入 1 个，1 个不是电话号码",
        "不是电话号码：nobody",
    ]
    on.entries.stored = [record for record in on.journal.records if isinstance(record, DoNotCallEntry)]
    assert "  所有活动  " in (await said("do-not-call", "search", NUMBER))[0]


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (("show", "autumn"), "没有活动 autumn。"),
        (("delete", "spring"), "只能删除草稿：拨打过的记录会保留。"),
        (("check", "{here}/none.yaml"), "无法读取 {here}/none.yaml：没有这个文件或文件夹"),
        (("check", "{here}"), "无法读取 {here}：这是文件夹"),
        (("check", "{here}/colour.yaml"), "没有 colour 这个字段。"),
        (("check", "{here}/broken.yaml"), "{here}/broken.yaml：不是有效的 YAML："),
        (("check", "{here}/list.yaml"), "{here}/list.yaml：活动是一组字段：id、name、mode……"),
        (("do-not-call", "add"), "请给出号码，或用 --file 指定号码文件"),
        (("do-not-call", "lift", "of-nobody", "--reason", "x"), "没有记录 of-nobody。"),
    ],
)  # fmt: skip
async def test_what_is_refused_is_said_in_chinese_too(
    on: Desk, tmp_path: Path, words: tuple[str, ...], zh: str
) -> None:
    (tmp_path / "colour.yaml").write_text("id: a\nname: b\ncolour: red\n")
    (tmp_path / "broken.yaml").write_text("{")
    (tmp_path / "list.yaml").write_text("- 1\n")
    run = campaign_cli.run_do_not_call if words[0] == "do-not-call" else campaign_cli.run
    with pytest.raises(CtiError) as refused:
        await run(parsed(*(word.format(here=tmp_path) for word in words)), tmp_path)
    assert refused.value.in_language("zh").startswith(zh.format(here=tmp_path))


async def test_without_a_server_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no server runs"):
        await campaign_cli.run(parsed("list"), tmp_path)


async def test_after_an_import_it_is_said_where_the_bad_rows_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = {"id": "j", "state": "done", "list_id": "e111e9ebf3a3", "accepted": 2, "duplicates": 0, "do_not_call": 0}

    async def answer(*_: object, **__: object) -> dict[str, object]:
        return {**job, "bad": 1}

    monkeypatch.setattr(campaign_cli, "ask", answer)
    assert await campaign_cli.run(parsed("import", "spring", "people.csv"), tmp_path) == 0
    said = capsys.readouterr()
    assert "; 1 bad row, " in said.out
    assert "bad row:" not in said.err, "they were not kept"
    kept = tmp_path / "lists" / "e111e9ebf3a3" / "bad-rows.csv"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert await campaign_cli.run(parsed("import", "spring", "people.csv"), tmp_path) == 0
    assert f"what is wrong with each bad row: {kept}" in capsys.readouterr().err
