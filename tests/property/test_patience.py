"""Fitting patience never fails and never gives nonsense, whatever the waits were."""

from __future__ import annotations

from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.routing.core.patience import Exponential, Patience, TwoKinds, Wait, Weibull, fit_all, kaplan_meier

waits = st.lists(st.builds(Wait, st.floats(0, 7200) | st.sampled_from([0.0, 5.0, 60.0]), st.booleans()), max_size=80)
patiences: st.SearchStrategy[Patience] = (
    st.builds(Exponential, mean_s=st.floats(1, 3600))
    | st.builds(Weibull, scale_s=st.floats(1, 3600), shape=st.floats(0.3, 5))
    | st.builds(TwoKinds, hasty=st.floats(0.01, 0.99), hasty_s=st.floats(1, 60), patient_s=st.floats(61, 3600))
)


@settings(max_examples=40)
@given(waits)
def test_every_fit_is_a_distribution(seen: list[Wait]) -> None:
    fits = fit_all(seen)
    assert bool(fits) == any(wait.gave_up for wait in seen)
    for fitted in fits:
        assert isfinite(fitted.aic)
        assert 0 <= fitted.distance <= 1
        shares = [fitted.patience.longer_than(seconds) for seconds in (0, 1, 10, 100, 1000, 100_000)]
        assert shares == sorted(shares, reverse=True)
        assert shares[0] == 1.0
        assert fitted.patience.mean_s > 0
    shares = [share for _, share in kaplan_meier(seen)]
    assert shares == sorted(shares, reverse=True)
    assert all(-1e-12 <= share < 1 for share in shares)


@given(patiences, st.floats(0, 1, exclude_max=True), st.floats(0, 600))
def test_a_sample_is_longer_than_what_is_known(patience: Patience, uniform: float, over_s: float) -> None:
    drawn = patience.sample(uniform, over_s=over_s)
    assert isfinite(drawn)
    assert drawn >= over_s * (1 - 1e-9)
