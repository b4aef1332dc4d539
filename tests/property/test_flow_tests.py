"""Whatever a virtual caller does on whatever line, a test of a flow comes to an end and says how."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ivr.flows import ROOT

from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.flow_files import load_flow_file
from tandem.ivr.testing import case as c
from tandem.ivr.testing import run_case
from tandem.ivr.testing.junit import junit_xml
from tandem.ivr.testing.report import Report
from tandem.ivr.testing.runner import run_tests

FLOWS = [
    load_flow_file(ROOT / "examples/flows" / name / "main.yaml", Catalog())
    for name in ("after_hours", "bank", "delivery", "survey", "vip")
]
_SECONDS = st.floats(0, 400)
ACTIONS = st.one_of(
    st.builds(c.Press, st.text("0123456789*#", min_size=1, max_size=24), st.just(())),
    st.builds(c.Press, st.text("0123456789*#", min_size=1, max_size=3), st.just(("请按", "press"))),
    st.builds(c.Wait, _SECONDS),
    st.builds(c.Silence, st.integers(1, 4)),
    st.builds(c.Speak, _SECONDS),
    st.builds(c.Agent, st.just("mei"), _SECONDS),
    st.just(c.HangUp()),
)
VALUES = st.dictionaries(
    st.sampled_from(("verified", "customer_no", "balance", "state", "day", "stops", "tier", "language", "owner")),
    st.one_of(st.booleans(), st.integers(-5, 10**12), st.text(max_size=20), st.sampled_from(("shipped", "vip", "en"))),
)
ANSWERS = st.lists(
    st.builds(c.Answer, status=st.sampled_from(c.STATUSES), values=VALUES, takes_s=st.floats(0, 20)),
    min_size=1,
    max_size=3,
).map(tuple)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Flow, c.Case]:
    flow = draw(st.sampled_from(FLOWS))
    steps = st.sampled_from(sorted(flow.steps))
    line = st.builds(c.Line, after=st.floats(0, 200), position=st.integers(1, 50), wait_p50_s=st.integers(-1, 9_000))
    given_ = c.Given(
        ani="+8613800138000",
        dnis="95001",
        language=draw(st.sampled_from(("", "en", "zh", "fr"))),
        now=draw(st.floats(1_700_000_000, 1_900_000_000)),
        customer=draw(st.none() | VALUES),
        data=draw(st.dictionaries(steps, ANSWERS)),
        queue=(c.Line(), *draw(st.lists(line, max_size=3))),
        fail=draw(st.frozensets(steps, max_size=4)),
        refuse=draw(st.frozensets(steps, max_size=4)),
    )
    caller = tuple(draw(st.lists(ACTIONS, max_size=14)))
    return flow, c.Case(name="it", line=1, given=given_, caller=caller)


@given(calls())
@settings(max_examples=100)
def test_every_call_ends(call: tuple[Flow, c.Case]) -> None:
    flow, case = call
    report = run_case(flow, case)
    assert report.outcome in c.OUTCOMES
    assert set(report.path) <= set(flow.steps)
    assert report.seconds >= 0
    assert "endless" not in [failure.code for failure in report.failures]
    assert report == run_case(flow, case)
    tested = run_tests(flow, c.FlowTests(file="it.test.yaml", cases=(case,)))
    assert sum(edge.count for edge in tested.coverage.edges) <= len(report.visits)
    assert junit_xml([Report(flow=flow.name, cases=(report,), coverage=tested.coverage)])
