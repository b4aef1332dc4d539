"""The kinds of steps, by the word after ``type:``."""

from __future__ import annotations

from tandem.ivr.core.step import Step
from tandem.ivr.core.steps.collect import Collect
from tandem.ivr.core.steps.hang_up import HangUp
from tandem.ivr.core.steps.language import Language
from tandem.ivr.core.steps.menu import Menu
from tandem.ivr.core.steps.play import Play
from tandem.ivr.core.steps.queue import Queue
from tandem.ivr.core.steps.set import Set

STEP_KINDS: dict[str, type[Step]] = {each.kind: each for each in (Play, Menu, Collect, Set, Language, Queue, HangUp)}
