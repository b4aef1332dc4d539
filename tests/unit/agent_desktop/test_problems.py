from __future__ import annotations

from collections.abc import Iterator

import pytest

from tandem.agent_desktop import errors as desktop_errors
from tandem.agent_desktop.adapters.problems import error_view, problem_of, status_of
from tandem.cti.model import errors
from tandem.cti.model.errors import Category, CtiError


def tree(root: type[CtiError]) -> Iterator[type[CtiError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


def test_every_category_has_a_status() -> None:
    for category in Category:
        error = type("Probe", (CtiError,), {"category": category, "__module__": "probe"})("sentence")
        assert 400 <= status_of(error) < 600


def test_codes_are_unique_within_the_tree() -> None:
    ours = [kind for kind in tree(CtiError) if kind.__module__ in (errors.__name__, desktop_errors.__name__)]
    assert len({kind.code for kind in ours}) == len(ours)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.BadRequest("x"), 400),
        (desktop_errors.NotLoggedIn("x"), 401),
        (desktop_errors.WrongPassword("x"), 401),
        (errors.Forbidden("x"), 403),
        (errors.ResourceMissing("x"), 404),
        (errors.IllegalTransition("x"), 409),
        (desktop_errors.TooLarge("x"), 413),
        (desktop_errors.TooManyAttempts("x", retry_after_s=3.0), 429),
        (errors.Overload("x"), 503),
        (errors.LinkDown("x"), 503),
    ],
)
def test_statuses(error: CtiError, status: int) -> None:
    assert status_of(error) == status


def test_an_error_says_its_sentence_or_at_least_its_code() -> None:
    assert problem_of(errors.LinkDown("Asterisk is away.")).message == "Asterisk is away."
    assert problem_of(errors.LinkDown()).message == "link_down"
    assert problem_of(errors.LinkDown()).retryable
    assert not problem_of(errors.OutcomeUnknown()).retryable


def test_a_refusal_is_told_by_code_and_values_on_both_ways() -> None:
    error = errors.WrongState.because("campaign_step", state="stopped", wanted="paused")
    problem = problem_of(error)
    assert (problem.code, problem.reason) == ("wrong_state", "campaign_step")
    assert problem.message == "a campaign that is stopped cannot become paused"
    assert problem.values == error_view(error).values == {"state": "stopped", "wanted": "paused"}


def test_our_own_faults_say_nothing_about_the_inside() -> None:
    assert error_view(None).code == "internal"
