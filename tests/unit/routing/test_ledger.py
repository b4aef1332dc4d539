"""The place-in-line ledger: one strict order, places kept for those who are not on the line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.ids import QueueId, WorkId
from tandem.routing.core.acd.ledger import Entry, Kind, Ledger

SERVICE, LOANS = QueueId("service"), QueueId("loans")


def entry(name: str, queued_at: float, kind: Kind = "live", *, number: str = "+86138", tier: int = 2, priority: int = 0,
          queue: QueueId = SERVICE) -> Entry:  # fmt: skip
    return Entry(
        id=WorkId(name), kind=kind, queue=queue, number=number, queued_at=queued_at, tier=tier, priority=priority
    )


def order(ledger: Ledger) -> list[str]:
    return [e.id for e in ledger.entries()]


def test_tier_then_priority_then_time() -> None:
    ledger = Ledger()
    for one in (entry("c", 3.0), entry("a", 1.0, "virtual"), entry("vip", 9.0, tier=0), entry("p", 8.0, priority=1)):
        ledger.enter(one)
    assert order(ledger) == ["vip", "p", "a", "c"]
    assert [ledger.place(WorkId(name)) for name in ("vip", "p", "a", "c")] == [1, 2, 3, 4]
    assert ledger.leave(WorkId("p"))
    assert not ledger.leave(WorkId("p"))
    assert ledger.place(WorkId("c")) == 3


def test_who_gave_up_is_recognised_once_in_his_queue_in_time() -> None:
    ledger = Ledger()
    ledger.enter(entry("one", 100.0))
    assert ledger.left(WorkId("one"), now=150.0, keep_s=300.0)
    assert ledger.recognise("+86138", LOANS, now=200.0) is None
    assert ledger.recognise("+86139", SERVICE, now=200.0) is None
    found = ledger.recognise("+86138", SERVICE, now=200.0)
    assert found is not None
    assert (found.queued_at, found.rule) == (100.0, "rejoined")
    assert ledger.recognise("+86138", SERVICE, now=200.0) is None


def test_a_place_is_not_kept_for_ever_nor_for_nobody() -> None:
    ledger = Ledger()
    ledger.enter(entry("one", 100.0))
    ledger.left(WorkId("one"), now=150.0, keep_s=300.0)
    assert ledger.recognise("+86138", SERVICE, now=450.0) is None
    assert len(ledger) == 0
    ledger.enter(entry("hidden", 100.0, number=""))
    assert not ledger.left(WorkId("hidden"), now=150.0, keep_s=300.0)
    assert not ledger.left(WorkId("unknown"), now=150.0, keep_s=300.0)
    assert ledger.recognise("", SERVICE, now=150.0) is None


def test_a_kept_place_that_was_taken_again_does_not_end() -> None:
    ledger = Ledger()
    ledger.enter(entry("one", 100.0))
    ledger.left(WorkId("one"), now=150.0, keep_s=10.0)
    ledger.enter(entry("one", 100.0))
    ledger.expire(200.0)
    assert WorkId("one") in ledger


def test_a_call_back_is_recognised_and_stays_until_it_is_settled() -> None:
    ledger = Ledger()
    ledger.enter(entry("cb", 50.0, "virtual"))
    ledger.enter(entry("live", 10.0))
    for _ in range(2):
        found = ledger.recognise("+86138", SERVICE, now=100.0)
        assert found is not None
        assert (found.id, found.queued_at, found.rule) == ("cb", 50.0, "called_again")


KINDS: tuple[Kind, ...] = ("live", "virtual", "cut_off", "transferred", "task")
MOVE = st.tuples(
    st.sampled_from(["enter", "leave", "left", "recognise", "expire", "restart"]),
    st.integers(0, 9),
    st.sampled_from(KINDS),
    st.integers(0, 2),
    st.integers(-2, 2),
    st.floats(0, 100),
)


@given(st.lists(MOVE, max_size=60))
def test_places_are_unique_and_monotone(moves: list[tuple[str, int, Kind, int, int, float]]) -> None:
    """Nobody's place gets worse but by somebody of a better tier or priority, or who has waited for longer."""
    ledger = Ledger()
    now = 0.0
    for what, number, kind, tier, priority, seconds in moves:
        before = {e.id: ledger.place(e.id) for e in ledger.entries()}
        id_, phone = WorkId(f"w{number}"), f"+86{number % 3}"
        entered: Entry | None = None
        now += seconds
        match what:
            case "enter":
                entered = entry(id_, now - seconds, kind, number=phone, tier=tier, priority=priority)
                ledger.enter(entered)
            case "leave":
                ledger.leave(id_)
            case "left":
                ledger.left(id_, now=now, keep_s=seconds)
            case "recognise":
                ledger.recognise(phone, SERVICE, now=now)
            case "expire":
                ledger.expire(now)
            case "restart":
                ledger = Ledger.restore(ledger.snapshot())
        places = [ledger.place(e.id) for e in ledger.entries()]
        assert places == list(range(1, len(places) + 1))
        for e in ledger.entries():
            old, new = before.get(e.id), ledger.place(e.id)
            assert new is not None
            if old is not None and new > old and e.id != id_:
                assert entered is not None
                assert (entered.tier, -entered.priority, entered.queued_at, entered.id) < (
                    e.tier, -e.priority, e.queued_at, e.id,
                )  # fmt: skip
