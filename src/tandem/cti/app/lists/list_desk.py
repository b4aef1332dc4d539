"""Lists for the pages and the command line: look at a file, import it, watch, cancel, take back, take out.

One import runs at a time, in a process of its own; what is asked for meanwhile waits its turn. Files wait on the disk,
and beside them what was begun: of an import that the end of the server cut off everything is there, or nothing. The
next server says which, and clears away what was made of the file; the file itself can be imported again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from phonenumbers import SUPPORTED_REGIONS

from tandem.agent_desktop.core import list_resources as shapes
from tandem.cti.adapters.postgres.lead_import import LeadImportStore, NewForbidden, NewList
from tandem.cti.app.lists import process
from tandem.cti.app.lists.columns import FIELD, FORBIDDEN_USES, LEAD_USES, MAX_FIELD_NAME, NUMBER_USES
from tandem.cti.app.lists.files import Begun, ListFiles, Sent
from tandem.cti.app.lists.prepare import Mapping
from tandem.cti.app.lists.rows import Unreadable
from tandem.cti.app.lists.texts import PROBLEMS
from tandem.cti.app.lists.worker import LEADS, News, Order
from tandem.cti.model.errors import BadRequest, LimitReached, ResourceMissing, WrongState
from tandem.cti.model.ids import ListId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.storage.errors import DatabaseDown

log = logging.getLogger(__name__)

MOST_WAITING = 10
MOST_KEPT = 50
_PIECE = 64 << 10
_OPEN = ("waiting", "running")


@dataclass(slots=True)
class _Job:
    """``cut_off``: a server before this one had begun it."""

    view: shapes.ImportJob
    sent: str
    task: asyncio.Task[None] | None = None
    cut_off: bool = False

    def set(self, **changes: object) -> None:
        self.view = msgspec.structs.replace(self.view, **changes)


@dataclass(slots=True, kw_only=True)
class ListDesk:
    """``region``: ISO 3166, of numbers without a country code. ``timezone``: of times without a zone. ``on_removed``: a
    list was taken back; ``on_forbidden``: people whom the dialer has in hand are not to be called; ``on_imported``:
    this campaign has new leads."""

    store: LeadImportStore
    files: ListFiles
    now: Callable[[], float]
    region: str
    timezone: str
    on_removed: Callable[[ListId], None] = lambda _: None
    on_forbidden: Callable[[Sequence[DoNotCallEntry]], None] = lambda _: None
    on_imported: Callable[[str], None] = lambda _: None
    _jobs: dict[str, _Job] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closing: bool = False

    async def open(self) -> None:
        """Carry on what the end of the server cut off. Raises DatabaseDown."""
        cut_off = await asyncio.to_thread(self.files.cut_off)
        if cut_off:
            await self.store.end_predecessors()
        for each in cut_off:
            if each.begun is not None:
                await self._say_what_became_of(each.begun)
            else:
                await self._say_what_is_there(each.id)
        await asyncio.to_thread(self.files.sweep, self.now())
        for list_id in await self.store.half_taken_back():
            self._start(self._take_away(list_id))

    async def _say_what_became_of(self, begun: Begun) -> None:
        accepted = await self.store.brought_in(begun.view.id)
        job = _Job(view=begun.view, sent=begun.sent, cut_off=True)
        self._jobs[begun.view.id] = job
        if accepted is None:
            job.set(state="failed", problem=dict(PROBLEMS["cut_off"]))
            self.files.remove(begun.view.id)
            log.warning("the import of %s was cut off: nothing of it is there", begun.view.name)
        else:
            job.set(state="done", accepted=accepted)
            self.files.remove(begun.view.id, but_bad_rows=True)
            self.files.remove(begun.sent)
            log.warning("the import of %s was cut off at its end: all of it is there", begun.view.name)

    async def _say_what_is_there(self, made: str) -> None:
        """Of an import whose note cannot be read. Which file it was of nobody knows: all that were sent are left."""
        accepted = await self.store.brought_in(made)
        known = next((each for each in await self.store.lists(count=False) if each.id == made), None)
        view = shapes.ImportJob(
            id=made, list_id=made, campaign=known.campaign if known else "", name=known.name if known else made,
            state="failed" if accepted is None else "done", rows_done=known.rows if known else 0,
            rows=known.rows if known else None, accepted=accepted or 0, bad=known.bad if known else 0,
            duplicates=known.duplicates if known else 0, do_not_call=known.do_not_call if known else 0,
            problem=dict(PROBLEMS["note_lost" if accepted is None else "note_lost_done"]),
        )  # fmt: skip
        self._jobs[made] = _Job(view=view, sent="", cut_off=True)
        self.files.remove(made, but_bad_rows=accepted is not None)
        log.error("the import %s (%s) was cut off: %s", made, view.name, view.problem["en"])

    async def close(self) -> None:
        self._closing = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- files ----

    async def inspect(
        self, name: str, pieces: AsyncIterator[bytes], *, by: str, forbidden: bool = False
    ) -> shapes.Inspected:
        """Take a file and look at it. Raises BadRequest and what ``pieces`` raises; then the file is not kept."""
        await asyncio.to_thread(self.files.sweep, self.now())
        made = self.files.new()
        try:
            await self.files.receive(made, pieces)
            order = Order(path=str(self.files.file(made)), forbidden=forbidden)
            answer = await process.run(made, order, limit_s=process.INSPECT_S)
            if answer.inspection is None:
                raise BadRequest.because("list_unreadable", texts=PROBLEMS[answer.problem], problem=answer.problem)
            seen = answer.inspection
            self.files.keep(made, Sent(name=file_name(name), at=self.now(), inspection=seen))
        except BaseException:
            self.files.remove(made)
            raise
        log.info("a list was sent by %s: %s rows, %s", by, seen.rows, seen.encoding or "xlsx")
        return shapes.Inspected(
            upload=made,
            name=file_name(name),
            encoding=seen.encoding or "xlsx",
            separator=seen.separator,
            columns=[
                shapes.UploadColumn(
                    header=header, use=use, samples=[cells[place] for cells in seen.sample[:5] if place < len(cells)]
                )
                for place, (header, use) in enumerate(zip(seen.headers, seen.uses, strict=True))
            ],
            rows=seen.rows,
            sample=seen.sample,
            problems=[dict(PROBLEMS[problem]) for problem in seen.problems],
        )

    # ---- imports ----

    async def import_list(self, new: shapes.NewList, *, by: str) -> shapes.ImportJob:
        """Raises BadRequest, ResourceMissing, LimitReached."""
        sent = self.files.sent(new.upload)
        order = self._order(new.upload, sent, new.columns, new.country, header=new.header, segment=new.segment)
        job = self._job(new.upload, new.campaign, new.name, sent)
        self._begin(job, lambda: self._import(job, order, new, sent.name, by))
        return job.view

    async def import_forbidden(
        self,
        upload: str,
        columns: Sequence[str],
        *,
        by: str,
        campaign: str | None = None,
        country: str = "",
        header: bool = True,
    ) -> shapes.ImportJob:
        """A list of who is not to be called, anywhere or in one campaign. Raises as ``import_list``."""
        sent = self.files.sent(upload)
        order = self._order(upload, sent, columns, country, header=header, forbidden=True)
        job = self._job(upload, campaign or "", sent.name, sent)
        self._begin(job, lambda: self._forbid(job, order, campaign, by))
        return job.view

    async def import_job(self, job: str) -> shapes.ImportJob:
        """Raises ResourceMissing."""
        return self._known(job).view

    async def cancel(self, job: str) -> None:
        """Nothing of it will be there. Raises ResourceMissing, WrongState."""
        known = self._known(job)
        if known.view.state not in _OPEN or known.task is None:
            raise WrongState.because("import_over")
        known.task.cancel()

    def _known(self, job: str) -> _Job:
        try:
            return self._jobs[job]
        except KeyError:
            raise ResourceMissing.because("no_job", job=job[:40]) from None

    def _order(
        self,
        upload: str,
        sent: Sent,
        columns: Sequence[str],
        country: str,
        *,
        header: bool,
        segment: str = "",
        forbidden: bool = False,
    ) -> Order:
        seen = sent.inspection
        if country and country not in SUPPORTED_REGIONS:
            raise BadRequest.because("list_country", country=country[:10])
        check_columns(columns, len(seen.headers), FORBIDDEN_USES if forbidden else LEAD_USES, forbidden=forbidden)
        return Order(
            path=str(self.files.file(upload)),
            forbidden=forbidden,
            encoding=seen.encoding,
            separator=seen.separator,
            header=header,
            mapping=Mapping(
                columns=tuple(columns),
                region=country or self.region,
                timezone=self.timezone,
                segment=segment,
                names=tuple(seen.headers),
                forbidden=forbidden,
            ),
        )

    def _job(self, upload: str, campaign: str, name: str, sent: Sent) -> _Job:
        waiting = [job for job in self._jobs.values() if job.view.state in _OPEN]
        if any(job.sent == upload for job in waiting):
            raise BadRequest.because("import_twice")
        if len(waiting) >= MOST_WAITING:
            raise LimitReached.because("imports_waiting", most=MOST_WAITING)
        made = self.files.new()
        job = _Job(
            sent=upload,
            view=shapes.ImportJob(
                id=made, list_id=made, campaign=campaign, name=name, state="waiting", rows_done=0,
                rows=sent.inspection.rows, accepted=0, bad=0, duplicates=0, do_not_call=0, problem={},
            ),
        )  # fmt: skip
        while len(self._jobs) >= MOST_KEPT:
            oldest = next((known for known, job in self._jobs.items() if job.view.state not in _OPEN), None)
            if oldest is None:
                break
            del self._jobs[oldest]
        self._jobs[made] = job
        return job

    def _begin(self, job: _Job, work: Callable[[], Awaitable[None]]) -> None:
        self.files.begin(Begun(sent=job.sent, view=job.view))
        job.task = self._start(self._work(job, work))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _work(self, job: _Job, work: Callable[[], Awaitable[None]]) -> None:
        problem = "ended"
        try:
            async with self._turn:
                job.set(state="running")
                await work()
            self.files.remove(job.view.id, but_bad_rows=True)
            self.files.remove(job.sent)
            job.set(state="done")
            return
        except asyncio.CancelledError:
            problem = "cancelled"
            raise
        except Unreadable as error:
            problem = error.problem
        except ResourceMissing:
            problem = "campaign_gone"
        except DatabaseDown as error:
            log.warning("an import failed: %s", error)
            problem = "database"
        except Exception:
            log.exception("an import failed")
        finally:
            if job.view.state != "done":
                if not (self._closing and problem == "cancelled"):  # else the next server says what became of it
                    self.files.remove(job.view.id)
                job.set(state="failed", problem=dict(PROBLEMS[problem]))

    async def _read(self, job: _Job, order: Order) -> Path:
        """The prepared file. Raises Unreadable."""

        def tell(news: News) -> None:
            job.set(rows_done=news.rows, accepted=news.accepted, bad=news.bad)

        folder = self.files.of(job.view.id)
        answer = await process.run(job.view.id, msgspec.structs.replace(order, folder=str(folder)), tell)
        if answer.news is None:
            raise Unreadable(answer.problem)
        if answer.news.rows == 0:
            raise Unreadable("header_only")
        tell(answer.news)
        job.set(rows=answer.news.rows)
        return folder / LEADS

    async def _import(self, job: _Job, order: Order, new: shapes.NewList, file: str, by: str) -> None:
        prepared = await self._read(job, order)
        stored = await self.store.bring_in(
            NewList(
                id=job.view.list_id,
                campaign=new.campaign,
                name=new.name,
                file_name=file,
                columns=tuple(new.columns),
                by=by,
                at=self.now(),
                rows=job.view.rows_done,
                bad=job.view.bad,
            ),
            prepared,
        )
        job.set(accepted=stored.accepted, duplicates=stored.duplicates, do_not_call=stored.do_not_call)
        self.on_imported(new.campaign)

    async def _forbid(self, job: _Job, order: Order, campaign: str | None, by: str) -> None:
        prepared = await self._read(job, order)
        rows = job.view.accepted
        entered, in_hand = await self.store.forbid(
            NewForbidden(id=job.view.id, campaign=campaign, by=by, at=self.now()), prepared
        )
        job.set(accepted=entered, duplicates=max(rows - entered, 0), do_not_call=entered)
        if in_hand:
            self.on_forbidden(in_hand)

    # ---- lists ----

    async def lists(self, campaign: str | None) -> shapes.LeadLists:
        """Newest first. Raises DatabaseDown."""
        return shapes.LeadLists(
            cut_off=[
                job.view
                for job in self._jobs.values()
                if job.cut_off and job.view.problem and (not campaign or job.view.campaign in ("", campaign))
            ],
            lists=[
                shapes.LeadListView(
                    id=known.id,
                    campaign=known.campaign,
                    name=known.name,
                    file=known.file_name,
                    state="ready" if known.removed_at is None else "removed",
                    imported_by=known.created_by,
                    imported_at=known.created_at,
                    rows=known.rows,
                    accepted=known.accepted,
                    bad=known.bad,
                    duplicates=known.duplicates,
                    do_not_call=known.do_not_call,
                    left=known.left,
                )
                for known in await self.store.lists(campaign or "", count=campaign is not None)
            ],
        )

    async def undo_list(self, list_id: str, *, by: str) -> None:
        """From now on nobody of it is dialled, also those whom the dialer has in hand; calls under way go on. Raises
        ResourceMissing, WrongState, DatabaseDown."""
        await self.store.take_back(list_id, by=by, at=self.now())
        self.on_removed(ListId(list_id))
        self.files.remove(list_id)
        self._start(self._take_away(list_id))

    async def _take_away(self, list_id: str) -> None:
        for pause_s in (1.0, 5.0, 20.0, 60.0):
            try:
                await self.store.take_away(list_id)
            except DatabaseDown as error:
                log.warning("the leads of list %s are not all taken away yet: %s", list_id, error)
                await asyncio.sleep(pause_s)
            else:
                return

    async def bad_rows(self, list_id: str) -> AsyncIterator[bytes]:
        """CSV (UTF-8 with its mark), a row as it was with the reason. Raises ResourceMissing."""
        file = self.files.bad_rows(list_id)
        if file is None:
            raise ResourceMissing.because("no_bad_rows", list=list_id[:40])
        with file.open("rb") as opened:
            while piece := await asyncio.to_thread(opened.read, _PIECE):
                yield piece


def file_name(text: str) -> str:
    """To be shown: the last part of what may be a path, without control characters."""
    last = re.split(r"[/\\]", text)[-1]
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\u200e\u200f\u202a-\u202e]", "", last).strip()[:200] or "list"


def check_columns(columns: Sequence[str], width: int, uses: frozenset[str], *, forbidden: bool = False) -> None:
    """Raises BadRequest."""
    if len(columns) != width:
        raise BadRequest.because("list_columns", columns=width, given=len(columns))
    for use in columns:
        field_name = use.removeprefix(FIELD) if use.startswith(FIELD) and not forbidden else None
        if field_name is not None and 0 < len(field_name) <= MAX_FIELD_NAME + 10:
            continue
        if use not in uses:
            raise BadRequest.because("list_use", use=use[:60])
    once = [use for use in columns if use and use not in NUMBER_USES]
    if len(set(once)) < len(once):
        raise BadRequest.because("list_use_twice")
    if not any(use in NUMBER_USES for use in columns) and not (forbidden and "person" in columns):
        raise BadRequest.because("list_no_numbers")
