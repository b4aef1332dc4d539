// @vitest-environment happy-dom
// @vitest-environment-options {"settings": {"disableComputedStyleRendering": true}}
// Where the keyboard is after the dialog in which a step is chosen.

import { App, ConfigProvider } from "antd";
import { act, useState } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Desk, DeskProvider, type DeskState } from "../src/desk";
import type { FlowVersionText } from "../src/generated/rest";
import { setLanguage } from "../src/i18n";
import { Editor } from "../src/pages/flows/Editor";
import { useFlowDraft } from "../src/pages/flows/useFlowDraft";
import { firstPlace } from "../src/pages/flows/useWhere";
import { idlePhone } from "../src/phoneState";
import { emptyState } from "../src/state";

const gone = vi.hoisted(() => [] as string[]);

// Only where the canvas is told to go is of interest here. Edges are SVG elements that can have the keyboard.
vi.mock("../src/pages/flows/canvas/Canvas", async () => {
  const { useImperativeHandle } = await import("react");
  return {
    DRAG_TYPE: "x",
    Canvas: ({ handle, onSelect }: { handle: React.Ref<unknown>; onSelect: (steps: Set<string>, last: string) => void }) => {
      useImperativeHandle(handle, () => ({ goTo: (step: string, { focus = true } = {}) => focus && gone.push(step), fit: () => undefined, placeFor: () => ({ x: 0, y: 0 }) }));
      return (
        <>
          <button type="button" data-testid="choose" onClick={() => onSelect(new Set(["first"]), "first")} />
          <svg>
            <g tabIndex={0} data-testid="edge" />
          </svg>
        </>
      );
    },
  };
});

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const text = `format: 1
name: main
languages: [en]
default_language: en
start: first
steps:
  first:
    type: play
    prompts: [hello]
    goto: last
  last:
    type: hangup
prompts:
  hello:
    en: Hello.
`;
const version = { version: { version: 1 }, main: "main.yaml", files: { "main.yaml": text }, tests: {} } as unknown as FlowVersionText;

function Drawn() {
  const draft = useFlowDraft(version);
  const [place] = useState(firstPlace);
  return <Editor draft={draft} place={place} editable numbers={null} paint="none" onPaint={() => undefined} onSave={() => undefined} jump={null} onJumped={() => undefined} />;
}

let root: Root | null = null;
const one = (testId: string) => document.querySelector(`[data-testid="${testId}"]`) as HTMLElement;

async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await act(async () => {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    });
  }
}
async function press(key: string): Promise<void> {
  await act(async () => void document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, code: key === "s" ? "KeyS" : key, bubbles: true, cancelable: true })));
  await settle();
}

beforeEach(async () => {
  gone.length = 0;
  setLanguage("en", { remember: false });
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ problems: [], recordings: [] })));
  const state: DeskState = { status: "live", phone: idlePhone, live: emptyState };
  const desk = { me: { user: { login: "s", role: "supervisor" }, may: ["change_flows"] }, snapshot: () => state, subscribe: () => () => undefined } as unknown as Desk;
  const box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  await act(async () => {
    root?.render(
      <ConfigProvider theme={{ token: { motion: false } }}>
        <App>
          <DeskProvider value={desk}>
            <Drawn />
          </DeskProvider>
        </App>
      </ConfigProvider>,
    );
  });
  await settle();
});
afterEach(async () => {
  await act(async () => root?.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe("adding a step", () => {
  for (const [from, chosen] of [["palette-play", true], ["step-delete", true], ["edge", false]] as const) {
    it(`that is called off leaves the keyboard at ${from}, ${chosen ? "a" : "no"} step being chosen, and the canvas where it is`, async () => {
      if (chosen) await act(async () => one("choose").click());
      one(from).focus();
      await press("s");
      expect(document.activeElement?.id).toBe("add-step-search");
      await press("Escape");
      expect(one("add-step-search")).toBeNull();
      expect(document.activeElement === one(from)).toBe(true);
      expect(gone).toEqual([]);
    });
  }

  it("gives the keyboard to the new step", async () => {
    one("edge").focus();
    await press("s");
    await press("Enter");
    expect(one("add-step-search")).toBeNull();
    expect(gone).toHaveLength(1);
    expect(gone).not.toContain("first");
  });
});
