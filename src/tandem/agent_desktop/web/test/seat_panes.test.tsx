// @vitest-environment happy-dom
// What an agent reads during a call: why it came, what to say, which key does what.

import { type ReactNode, act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as mock from "../mock/campaigns.mjs";
import { type Desk, DeskProvider } from "../src/desk";
import type { PopView } from "../src/generated/live";
import { setLanguage } from "../src/i18n";
import { CampaignCard } from "../src/pages/seat/CampaignCard";
import { Path } from "../src/pages/seat/CustomerPane";
import { DispositionPicker } from "../src/pages/seat/DispositionPicker";
import { idlePhone } from "../src/phoneState";
import { emptyState } from "../src/state";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root | null = null;

function draw(part: ReactNode): HTMLElement {
  const state = { status: "live", phone: idlePhone, live: emptyState };
  const desk = { snapshot: () => state, subscribe: () => () => undefined } as unknown as Desk;
  const box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  act(() => root?.render(<DeskProvider value={desk}>{part}</DeskProvider>));
  return box;
}

beforeEach(() => {
  setLanguage("en", { remember: false });
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
});

afterEach(() => {
  act(() => root?.unmount());
  root = null;
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const pop = (why: Record<string, string>) =>
  ({ queue: "loans", queue_name: { zh: "贷款", en: "Loans" }, waited_s: 3, language: "en", needs: "", pressed: [], why }) as unknown as PopView;

it("says why a call came, and nothing where that is not known any more", () => {
  expect(draw(<Path pop={pop({ zh: "空闲最久", en: "idle longest" })} call={null} />).textContent).toContain("Why you: idle longest");
  act(() => root?.unmount());
  expect(draw(<Path pop={pop({})} call={null} />).textContent).not.toContain("Why you");
});

it("sets apart what a script asks for and the list does not have", () => {
  const card = { ...mock.cards["through"]?.(), script: "Hello Mary, how is { city }?\nGood." } as Parameters<typeof CampaignCard>[0]["card"];
  const box = draw(<CampaignCard card={card} chosen={null} onChoose={null} named={false} />);
  expect(box.querySelector("[data-testid='card-script'] p")?.textContent).toBe("Hello Mary, how is city?\nGood.");
  const apart = [...box.querySelectorAll<HTMLElement>("[data-testid='script-unknown']")];
  expect(apart.map((one) => [one.textContent, one.title])).toEqual([["city", "Not in the list"]]);
});

it("names the key of the disposition only where the key works", () => {
  const box = draw(<DispositionPicker value={null} only={[]} onChange={() => undefined} onDone={() => undefined} autoFocus />);
  const field = box.querySelector<HTMLInputElement>("[data-testid='disposition']");
  expect(document.activeElement).toBe(field);
  expect(box.querySelector("kbd")).toBeNull();
  act(() => field?.blur());
  expect(box.querySelector("kbd")?.textContent).toBe("C");
});
