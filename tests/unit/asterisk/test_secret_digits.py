"""The vault forgets: when the call ends, when time is over, when it is full; and it never shows what it holds."""

from __future__ import annotations

from tandem.cti.model.ids import CallId
from tandem.cti.runtime.secret_digits import KEPT_S, SecretDigits

ONE, TWO = CallId("one"), CallId("two")


def test_what_is_put_in_comes_out_until_the_call_is_over() -> None:
    vault = SecretDigits()
    first, second, other = vault.put(ONE, "1234"), vault.put(ONE, "5678"), vault.put(TWO, "1234")
    assert len({first, second, other}) == 3
    assert (vault.get(first), vault.get(second), vault.get(other)) == ("1234", "5678", "1234")
    vault.forget(ONE)
    vault.forget(ONE)
    assert (vault.get(first), vault.get(second), vault.get(other)) == (None, None, "1234")
    assert vault.get("never") is None


def test_it_forgets_by_itself() -> None:
    now = [0.0]
    vault = SecretDigits(lambda: now[0])
    old = vault.put(ONE, "1234")
    now[0] = KEPT_S - 1
    young = vault.put(TWO, "9999")
    assert vault.get(old) == "1234"
    now[0] = KEPT_S
    assert (vault.get(old), vault.get(young)) == (None, "9999")
    vault.put(ONE, "1")
    now[0] = 3 * KEPT_S
    vault.put(ONE, "2")
    assert len(vault) == 1


def test_it_is_bounded() -> None:
    vault = SecretDigits(most_kept=100)
    refs = [vault.put(CallId(f"{number}"), str(number)) for number in range(1_000)]
    assert len(vault) == 100
    assert (vault.get(refs[899]), vault.get(refs[900])) == (None, "900")
    for number in range(1_000):
        vault.forget(CallId(f"{number}"))
    assert len(vault) == 0
    assert vault._of_call == {}


def test_it_shows_nothing() -> None:
    vault = SecretDigits()
    ref = vault.put(ONE, "4929")
    assert "4929" not in f"{vault!r} {vault._kept!r} {ref}"
