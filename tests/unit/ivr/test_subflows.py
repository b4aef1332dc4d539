from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from tandem.ivr.core.check import Review, edition_of, load_bundle, review_bundle
from tandem.ivr.core.check_modes import edges_of, modes_of
from tandem.ivr.core.dialogue import Digits
from tandem.ivr.core.flow import Place
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.interpreter import start, step
from tandem.ivr.core.steps.subflow import Return, Subflow
from tandem.ivr.core.world import World
from tandem.ivr.errors import FlowError
from tandem.ivr.flow_files import load_flow_file, read_bundle, review_flow_file

CATALOG = Catalog(queues=frozenset({"service", "loans"}))

MAIN = """\
format: 1
name: main
languages: [zh, en]
default_language: zh
use: {identify: identify.yaml}
start: who
on_error: service
commands: {repeat: "*", operator: {key: "0", goto: wait}}
steps:
  who:
    type: subflow
    use: identify
    with: {number: call.ani}
    results: {customer_no: id}
    exits: {done: thanks, failed: wait}
  thanks:
    type: play
    prompts: [{zh: 您的编号, en: Your number}, {say: customer_no, as: digits}]
    goto: wait
  wait: {type: queue, queue: service}
"""
IDENTIFY = """\
format: 1
kind: subflow
name: identify
parameters: [number]
results: [id]
prompts:
  ask: {zh: 请输入编号, en: Enter your number}
start: ask_id
steps:
  ask_id:
    type: collect
    prompts: ask
    into: id
    min_digits: 4
    max_digits: 8
    validate: starts_with(value, first(number, 1))
    goto: done
    no_input: {goto: failed}
    no_match: {goto: failed}
  done: {type: return, exit: done}
  failed: {type: return, exit: failed}
"""
FILES = {"main.yaml": MAIN, "identify.yaml": IDENTIFY}


def review(files: dict[str, str]) -> Review:
    return review_bundle(files, "main.yaml", CATALOG)


def problems(files: dict[str, str]) -> list[tuple[str, str, int, str]]:
    return [(each.code, each.file, each.line, each.part) for each in review(files).errors]


def changed(old: str, new: str, name: str = "main.yaml") -> dict[str, str]:
    assert FILES[name].count(old) >= 1, old
    return FILES | {name: FILES[name].replace(old, new, 1)}


def test_a_subflow_is_put_in() -> None:
    found = review(FILES)
    assert (found.errors, found.warnings) == ((), ())
    flow = found.flow
    assert flow is not None
    assert list(flow.steps) == ["who", "who/ask_id", "who/done", "who/failed", "thanks", "wait"]
    who, done = flow.steps["who"], flow.steps["who/done"]
    assert isinstance(who, Subflow)
    assert isinstance(done, Return)
    assert (who.first, [name for name, _ in who.with_]) == ("who/ask_id", ["who/number"])
    assert (done.goto, done.hands) == ("thanks", (("customer_no", "who/id"),))
    assert flow.places["who/ask_id"] == Place("identify.yaml", 10, "ask_id")
    assert flow.places["who"] == Place("main.yaml", 10, "who")
    assert ("who/failed", "failed", "wait") in edges_of(flow)
    assert ("who/ask_id", "operator", "wait") in edges_of(flow)  # the commands are those of who uses it
    assert modes_of(flow)["who/done"] == {"ivr"}
    assert found.files == ("main.yaml", "identify.yaml")


def test_flows_are_remembered_and_travel() -> None:
    flow = load_bundle(FILES, "main.yaml", CATALOG)
    assert load_bundle(dict(FILES), "main.yaml", CATALOG) is flow
    assert pickle.loads(pickle.dumps(flow)) == flow  # noqa: S301
    assert flow.edition == edition_of(FILES)


def test_the_edition_is_of_all_files() -> None:
    editions = {
        edition_of(files)
        for files in (
            FILES,
            {"main.yaml": MAIN},
            FILES | {"identify.yaml": IDENTIFY + "#"},
            {"main.yaml": MAIN, "identity.yaml": IDENTIFY},
        )
    }
    assert len(editions) == 4


def test_one_file_may_be_used_twice() -> None:
    second = "  again: {type: subflow, use: identify, with: {number: '\"1\"'}, exits: {done: wait, failed: wait}}\n"
    flow = review(changed("failed: wait}\n", "failed: again}\n" + second)).flow
    assert flow is not None
    assert {"who/ask_id", "again/ask_id"} <= flow.steps.keys()
    done = flow.steps["again/done"]
    assert isinstance(done, Return)
    assert (done.goto, done.hands) == ("wait", ())


def test_subflows_use_others() -> None:
    files = {
        "main.yaml": MAIN,
        "identify.yaml": IDENTIFY.replace("name: identify\n", "name: identify\nuse: {deep: sub/deep.yaml}\n").replace(
            "goto: done\n", "goto: more\n"
        )
        + "  more: {type: subflow, use: deep, exits: {out: done}}\n",
        "sub/deep.yaml": "format: 1\nkind: subflow\nname: deep\nstart: a\nsteps: {a: {type: return, exit: out}}\n",
    }
    flow = review(files).flow
    assert flow is not None
    assert flow.places["who/more/a"] == Place("sub/deep.yaml", 5, "a")


# (changed file, what is replaced, by what, code, file of the problem, line, step)
M, S = "main.yaml", "identify.yaml"
FAULTS = [
    (M, "identify.yaml}", "../identify.yaml}", "bad_path", M, 5, ""),
    (M, "identify.yaml}", "/etc/passwd}", "bad_path", M, 5, ""),
    (M, "identify.yaml}", "other.yaml}", "missing_file", M, 10, "who"),
    (M, "use: identify\n", "use: identfy\n", "unknown_use", M, 12, "who"),
    (M, "    with: {number: call.ani}\n", "", "missing_parameter", M, 10, "who"),
    (M, "{number: call.ani}", "{number: call.ani, x: 1}", "unknown_parameter", M, 10, "who"),
    (M, "{customer_no: id}", "{customer_no: di}", "unknown_result", M, 10, "who"),
    (M, "done: thanks, failed: wait", "done: thanks", "unwired_exit", M, 10, "who"),
    (M, "failed: wait}", "failed: wait, more: wait}", "unknown_exit", M, 10, "who"),
    (S, "kind: subflow", "kind: flow", "unknown_word", S, 2, ""),
    (S, ", en: Enter your number", "", "missing_prompt", S, 7, ""),
    (S, "prompts: ask\n", "prompts: ask\n    prmpts: 1\n", "unknown_field", S, 13, "ask_id"),
    (S, "  done: {", "  alone: {type: return, exit: done}\n  done: {", "unreachable_step", S, 20, "alone"),
    (S, "first(number, 1)", "first(nmber, 1)", "unknown_variable", S, 10, "ask_id"),
    (S, "results: [id]", "results: [id, id]", "duplicate_name", S, 5, ""),
    (M, "languages: [zh, en]", "languages: [zh, en, fr]", "no_grammar", M, 18, "thanks"),
    (M, "languages: [zh, en]", "languages: [zh, en, fr]", "missing_prompt", S, 7, ""),
]


@pytest.mark.parametrize(("changed_file", "old", "new", "code", "file", "line", "step"), FAULTS)
def test_faults_are_told_where_they_stand(
    changed_file: str, old: str, new: str, code: str, file: str, line: int, step: str
) -> None:
    found = problems(changed(old, new, changed_file))
    assert (code, file, line, f"step {step}" if step else "") in found


def test_a_fault_in_a_file_that_is_used_twice_is_told_once() -> None:
    second = "  again: {type: subflow, use: identify, with: {number: '\"1\"'}, exits: {done: wait, failed: wait}}\n"
    files = changed("failed: wait}\n", "failed: again}\n" + second)
    files["identify.yaml"] = IDENTIFY.replace("first(number, 1)", "first(nmber, 1)")
    assert problems(files) == [("unknown_variable", "identify.yaml", 10, "step ask_id")]


def test_subflows_that_use_each_other() -> None:
    files = {
        "main.yaml": MAIN,
        "identify.yaml": IDENTIFY.replace("name: identify\n", "name: identify\nuse: {me: identify.yaml}\n").replace(
            "goto: done\n", "goto: more\n"
        )
        + "  more: {type: subflow, use: me, with: {number: number}, exits: {done: done, failed: failed}}\n",
    }
    found = review(files)
    assert [(each.code, each.file, each.line) for each in found.errors] == [("subflow_cycle", "identify.yaml", 23)]
    assert "identify.yaml -> identify.yaml" in found.errors[0].what


def test_steps_that_grow_without_measure_are_refused_soon() -> None:
    """Each file uses the next one twice, over and over: 2 ** 30 steps when put in."""
    sub = "format: 1\nkind: subflow\nname: s\nuse: {{n: s{0}.yaml}}\nstart: a\nsteps:\n" + "".join(
        f"  {name}: {{{{type: subflow, use: n, exits: {{{{out: {onward}}}}}}}}}\n"
        for name, onward in (("a", "b"), ("b", "c"))
    )
    files = {f"s{n}.yaml": sub.format(n + 1) + "  c: {type: return, exit: out}\n" for n in range(30)}
    main = MAIN.replace("identify.yaml", "s0.yaml").replace("    with: {number: call.ani}\n", "")
    assert {code for code, *_ in problems(files | {"main.yaml": main})} >= {"too_deep"}
    wide = "".join(f"  x{n}: {{type: subflow, use: n, exits: {{out: x{n + 1}}}}}\n" for n in range(60))
    head = "format: 1\nkind: subflow\nname: s\n"
    first = f"{head}use: {{n: b.yaml}}\nstart: x0\nsteps:\n{wide}  x60: {{type: return, exit: done}}\n"
    plays = "".join(f"  p{n}: {{type: set, goto: p{n + 1}}}\n" for n in range(60))
    second = f"{head}start: p0\nsteps:\n{plays}  p60: {{type: return, exit: out}}\n"
    main = MAIN.replace("identify.yaml", "a.yaml").replace("    with: {number: call.ani}\n", "")
    assert "too_many_steps" in {code for code, *_ in problems({"main.yaml": main, "a.yaml": first, "b.yaml": second})}


def test_a_subflow_alone_is_no_flow() -> None:
    found = review_bundle({"identify.yaml": IDENTIFY}, "identify.yaml", CATALOG)
    assert [(each.code, each.line) for each in found.errors] == [("not_a_flow", 2)]
    assert review_bundle({}, "main.yaml", CATALOG).errors[0].code == "missing_file"


def test_what_a_subflow_does_not_surely_find_is_not_known_behind_it() -> None:
    """``id`` has no value when the sub-flow returns by ``failed``."""
    files = changed("failed: wait}", "failed: thanks}")
    assert problems(files) == [("unset_variable", "main.yaml", 16, "step thanks")]


def test_a_subflow_has_calendars_and_commands_of_its_own() -> None:
    sub = IDENTIFY.replace(
        "start: ask_id", 'commands: {repeat: "#"}\ncalendars: {office: {weekly: {mon: 09:00-10:00}}}\nstart: when'
    )
    sub += "  when: {type: hours, calendar: office, open: ask_id, closed: failed}\n"
    flow = review(FILES | {"identify.yaml": sub}).flow
    assert flow is not None
    assert list(flow.calendars) == ["who/office"]
    assert (flow.commands_of("who/ask_id").repeat, flow.commands_of("who").repeat) == ("#", "*")
    twice = FILES | {"identify.yaml": sub.replace('{repeat: "#"}', '{repeat: "#", back: "#"}')}
    assert problems(twice) == [("same_key", "identify.yaml", 8, "")]


def test_what_is_secret_stays_so_through_subflows() -> None:
    files = changed("max_digits: 8\n", "max_digits: 8\n    sensitive: true\n", "identify.yaml")
    files["identify.yaml"] = files["identify.yaml"].replace("    validate: starts_with(value, first(number, 1))\n", "")
    assert problems(files) == [("secret_used", "main.yaml", 16, "step thanks")]


def test_who_has_left_a_subflow_does_not_go_back_into_it() -> None:
    """Its questions need what it knew, which is forgotten."""
    before = """\
  before:
    type: menu
    prompts: {zh: 请按键, en: Press a key}
    choices: {"1": {goto: who, label: {zh: 一, en: One}}}
    no_input: {goto: wait}
    no_match: {goto: wait}
"""
    behind = before.replace("before:", "behind:").replace("goto: who", "goto: thanks")
    main = (
        MAIN.replace("start: who", "start: before")
        .replace('{repeat: "*",', '{back: "*",')
        .replace("done: thanks", "done: behind")
    )
    flow = review(FILES | {"main.yaml": main + before + behind}).flow
    assert flow is not None
    world = World(now=0.0, call={"ani": "13800138000"})
    outcome = start(flow, world)
    for digits in ("1", "1234", "*"):
        outcome = step(flow, outcome.state, Digits(digits), world)
    assert outcome.state.step == "before"
    assert outcome.state.variables == (("customer_no", "1234"),)


# -- on disk -----------------------------------------------------------------------------------------------------------


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.yaml"


def test_the_files_of_a_flow_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, FILES | {"unused.yaml": "x"})
    assert read_bundle(path) == (FILES, "main.yaml")
    assert load_flow_file(path, CATALOG) == load_bundle(FILES, "main.yaml", CATALOG)
    assert review_flow_file(path, CATALOG).files == ("main.yaml", "identify.yaml")


def test_a_missing_file_is_a_problem_of_the_step(tmp_path: Path) -> None:
    found = review_flow_file(write(tmp_path, {"main.yaml": MAIN}), CATALOG)
    assert [(each.code, each.line) for each in found.errors] == [("missing_file", 10)]


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(IDENTIFY)
    inside = tmp_path / "flows"
    path = write(inside, {"main.yaml": MAIN})
    (inside / "identify.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(FlowError, match="leads out of the folder"):
        load_flow_file(path, CATALOG)
    (inside / "identify.yaml").unlink()
    (inside / "real.yaml").write_text(IDENTIFY)
    (inside / "identify.yaml").symlink_to(inside / "real.yaml")
    assert load_flow_file(path, CATALOG).name == "main"


def test_a_file_that_cannot_be_read_is_in_the_review(tmp_path: Path) -> None:
    path = write(tmp_path, FILES)
    (tmp_path / "identify.yaml").write_bytes(b"x: \xff\n")
    assert [(each.code, each.file) for each in review_flow_file(path, CATALOG).errors] == [
        ("bad_character", "identify.yaml")
    ]
    (tmp_path / "identify.yaml").unlink()
    (tmp_path / "identify.yaml").mkdir()
    assert [each.code for each in review_flow_file(path, CATALOG).errors] == ["unreadable"]


def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path: Path) -> None:
    path = write(tmp_path, {"main.yaml": MAIN})
    os.mkfifo(tmp_path / "identify.yaml")
    assert [each.code for each in review_flow_file(path, CATALOG).errors] == ["unreadable"]
