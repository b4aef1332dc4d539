"""``language``: the call goes on in this language."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from tandem.cti.documents.shapes import item, record
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.step import Exit, Step, Take, ways
from tandem.ivr.core.words import Language as LanguageTag
from tandem.ivr.core.words import Target


@record
class Language(Step):
    kind: ClassVar[str] = "language"
    passes: ClassVar[bool] = True
    language: str = item(LanguageTag(), "one of the flow's languages")
    goto: str = item(Target(), "the step that follows", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto)

    def enter(self, scene: Scene) -> Take:
        return Take(self.exits()[0], replace(scene.state, language=self.language))
