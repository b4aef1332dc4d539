"""``http``: ask a web service of the house for something, such as the state of an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tandem.cti.documents.shapes import OneOf, item, record
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Computes, Outputs, UrlTemplate
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Fault, Take, ways
from tandem.ivr.core.steps.dips import (
    CACHE,
    CACHE_DOC,
    FALLBACK_DOC,
    TIMEOUT,
    TIMEOUT_DOC,
    Dipping,
    OutputsOf,
    asked_outputs,
    widest_outputs,
    with_outputs,
)
from tandem.ivr.core.url_template import Template
from tandem.ivr.core.values import Value
from tandem.ivr.core.words import Credentials, Target


@record
class Http(Dipping):
    kind: ClassVar[str] = "http"
    method: str = item(OneOf(("GET", "POST")), "GET asks, POST sends the body as JSON", default="GET")
    url: Template = item(UrlTemplate(), "the address; values stand in braces: https://api.example.com/orders/{order}")
    body: tuple[tuple[str, Expression], ...] = item(
        Computes(scoped=False), "{field: expression}: the JSON object that POST sends", default=()
    )
    credentials: str = item(Credentials(), "the name of the credentials in the server's settings", default="")
    timeout_s: float = item(TIMEOUT, TIMEOUT_DOC)
    cache_s: float = item(CACHE, CACHE_DOC)
    outputs: OutputsOf = item(Outputs("path"), "{variable: {path, as}}: what of the answer's JSON is kept", default=())
    goto: str = item(Target(), "the step that follows an answer", is_exit=True)
    not_found: str | None = item(
        Target(), "the step that follows the answer 404 (else fallback)", default=None, is_exit=True
    )
    fallback: str = item(Target(), FALLBACK_DOC, is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto, not_found=self.not_found, fallback=self.fallback)

    def faults(self) -> Iterator[Fault]:
        if self.body and self.method == "GET":
            yield Fault("body_without_post", "a GET has no body", "Write method: POST, or put the values into the url.")

    def sets(self, exit_name: str) -> frozenset[str]:
        return frozenset(name for name, _, _ in self.outputs) if exit_name == "goto" else frozenset()

    def asked(self, scene: Scene) -> Dip | None:
        source = self.url.filled(scene.look)
        if source is None:
            return None
        fields = ((name, scene.value(expression)) for name, expression in self.body)
        return Dip(
            "http",
            source,
            tuple((name, value) for name, value in fields if value is not None),
            asked_outputs(self.outputs),
            self.timeout_s,
            self.cache_s,
            self.method,
            self.credentials,
        )

    def found(self, state: IvrState, values: dict[str, Value]) -> Take:
        return Take(self.way("goto"), with_outputs(state, self.outputs, values))

    def widest(self, state: IvrState) -> IvrState:
        return widest_outputs(state, self.outputs)
