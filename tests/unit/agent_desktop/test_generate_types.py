from __future__ import annotations

from tandem.agent_desktop.generate_types import GENERATED, live_typescript, rest_typescript

HOW = "run: python -m tandem.agent_desktop.generate_types"


def test_the_typescript_of_the_pages_is_current() -> None:
    assert (GENERATED / "live.ts").read_text() == live_typescript(), HOW
    assert (GENERATED / "rest.ts").read_text() == rest_typescript(), HOW


def test_tags_defaults_and_nested_types_are_told() -> None:
    live = live_typescript()
    assert 'export interface WrapUp {\n  type: "wrap_up";\n  id: number;' in live
    assert '  next?: "not_ready" | "ready";' in live
    assert "  recording: RecordingView | null;" in live
    assert "  skills: Record<string, number>;" in live
    assert "  customers: CustomerMatch[];" in live
    assert "export type ServerMessage =\n  | Welcome\n  | Seat\n" in live
    assert "export type PageMessage =" in live


def test_what_the_live_channel_shares_with_rest_is_defined_once() -> None:
    assert "interface CustomerMatch" in rest_typescript()
    assert "interface CustomerMatch" not in live_typescript()
    assert 'import type { CustomerMatch, TaskView, Window } from "./rest";' in live_typescript()
