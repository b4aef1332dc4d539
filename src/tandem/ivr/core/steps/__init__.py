"""The kinds of steps, by the word after ``type:``."""

from __future__ import annotations

from tandem.ivr.core.step import Step
from tandem.ivr.core.steps.answer import Answer
from tandem.ivr.core.steps.callback import Callback
from tandem.ivr.core.steps.collect import Collect
from tandem.ivr.core.steps.condition import Condition
from tandem.ivr.core.steps.hang_up import HangUp
from tandem.ivr.core.steps.hours import Hours
from tandem.ivr.core.steps.http import Http
from tandem.ivr.core.steps.language import Language
from tandem.ivr.core.steps.leave import Leave
from tandem.ivr.core.steps.lookup import Lookup
from tandem.ivr.core.steps.menu import Menu
from tandem.ivr.core.steps.music import Music
from tandem.ivr.core.steps.play import Play
from tandem.ivr.core.steps.queue import Queue
from tandem.ivr.core.steps.record import RecordStep
from tandem.ivr.core.steps.set import Set
from tandem.ivr.core.steps.split import Split
from tandem.ivr.core.steps.subflow import Return, Subflow
from tandem.ivr.core.steps.survey import Survey
from tandem.ivr.core.steps.transfer import Transfer

STEP_KINDS: dict[str, type[Step]] = {
    each.kind: each
    for each in (
        Play,
        Menu,
        Collect,
        RecordStep,
        Set,
        Language,
        Condition,
        Hours,
        Lookup,
        Http,
        Answer,
        Queue,
        Music,
        Leave,
        Callback,
        Transfer,
        Subflow,
        Return,
        Survey,
        Split,
        HangUp,
    )
}
