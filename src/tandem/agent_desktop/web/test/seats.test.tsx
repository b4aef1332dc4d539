// @vitest-environment happy-dom
// The supervisors' list of seats: until when an agent is expected at work, in the last hour of it; why he is not ready.

import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, expect, it } from "vitest";
import { serverNow } from "../src/clock";
import { type Desk, DeskProvider } from "../src/desk";
import { clockTime } from "../src/format";
import type { SeatRow } from "../src/generated/live";
import { setLanguage } from "../src/i18n";
import { Seats } from "../src/pages/board/Seats";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root | null = null;
const desk = { me: { not_ready_reasons: [{ code: "coaching_1to1", zh: "一对一辅导", en: "One-to-one" }] } } as unknown as Desk;

function seat(login: string, until: number | null): SeatRow {
  const idle = { state: "ready", reason: null, since: 1, online: true, phone_ok: true, call: null, phase: null };
  return { ...idle, login, name: login, device: "1001", with_number: "", with_name: "", queue: null, skills: {}, until };
}

function draw(seats: readonly SeatRow[]): string {
  const box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  act(() =>
    root?.render(
      <DeskProvider value={desk}>
        <Seats seats={seats} queues={new Map()} />
      </DeskProvider>,
    ),
  );
  return box.textContent ?? "";
}

afterEach(() => {
  act(() => root?.unmount());
  root = null;
});

it("says until when, in the last hour", () => {
  const now = serverNow();
  setLanguage("en", { remember: false });
  const shown = draw([seat("mei", now + 1800), seat("tom", now + 7200), seat("ann", null)]);
  expect(shown).toContain(`until ${clockTime(now + 1800, "en")}`);
  expect(shown.match(/until/g)).toHaveLength(1);
});

it("says it of who should have gone, too, and in Chinese", () => {
  const now = serverNow();
  setLanguage("zh", { remember: false });
  expect(draw([seat("mei", now - 60)])).toContain(`至 ${clockTime(now - 60, "zh")}`);
});

it("says why somebody is not ready in the words of this house", () => {
  setLanguage("zh", { remember: false });
  expect(draw([{ ...seat("mei", null), state: "not_ready", reason: "coaching_1to1" }])).toContain("一对一辅导");
});
