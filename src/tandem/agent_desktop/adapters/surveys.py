"""What callers answered in surveys: as JSON for the page, as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io

from aiohttp import web

from tandem.agent_desktop.adapters.api import Api
from tandem.agent_desktop.adapters.route import Ask, Route, json_response
from tandem.agent_desktop.core.permissions import Action
from tandem.agent_desktop.core.spreadsheets import safe_cell
from tandem.agent_desktop.core.survey_resources import SurveyFigures, SurveyQuery
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.timezones import known_timezone

USUAL_S = 30 * DAY_S
MOST_S = 400 * DAY_S
MOST_LINES = 5_000
_ANSWERS = ("5", "4", "3", "2", "1", "0")


async def survey_figures(api: Api, ask: Ask) -> web.Response:
    """Raises BadRequest."""
    query: SurveyQuery = ask.query
    until = api.clock() if query.until is None else query.until
    since = until - USUAL_S if query.since is None else query.since
    if not 0.0 < until - since <= MOST_S:
        raise BadRequest.because("span", most_days=round(MOST_S / DAY_S))
    if not known_timezone(query.zone):
        raise BadRequest.because("no_zone", zone=query.zone[:40])
    lines = await api.library.survey_lines(query, since=since, until=until, limit=MOST_LINES + 1)
    figures = SurveyFigures(
        since=since,
        until=until,
        by=query.by,
        zone=query.zone,
        lines=list(lines[:MOST_LINES]),
        more=len(lines) > MOST_LINES,
    )
    if query.format == "json":
        return json_response(figures)
    answer = web.Response(body=survey_csv(figures), content_type="text/csv", charset="utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="surveys-by-{query.by}.csv"'
    return answer


def survey_csv(figures: SurveyFigures) -> bytes:
    """UTF-8 with byte order mark, a line each. No cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("question", "scale", figures.by, "asked", "answered", "mean", *(f"n_{each}" for each in _ANSWERS)))
    for line in figures.lines:
        names = (safe_cell(line.question), safe_cell(line.scale), safe_cell(line.name))
        mean = "" if line.mean is None else f"{line.mean:.3f}"
        writer.writerow(
            (*names, line.asked, line.answered, mean, *(line.counts.get(answer, "") for answer in _ANSWERS))
        )
    return b"\xef\xbb\xbf" + text.getvalue().encode()


SURVEY_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/surveys",
        survey_figures,
        Action.STUDY,
        "What callers answered in surveys: how often asked, answered, mean and distribution. CSV with `format=csv`.",
        query=SurveyQuery,
        answer=SurveyFigures,
    ),
)
