// @vitest-environment happy-dom
// Our numbers and the carriers in a campaign's day: who rests and why, what is not known yet, and with none.

import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, describe, expect, it } from "vitest";
import type { DaySeries } from "../src/generated/rest";
import { type Language, setLanguage } from "../src/i18n";
import { LinesNow } from "../src/pages/campaigns/LinesNow";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
let root: Root | null = null;

const RESTS_UNTIL = Date.UTC(2026, 10, 22, 6, 5, 9) / 1000;
const awake = { rests_until: null, rested_rate: null, others_rate: null };
const today: DaySeries = {
  campaign: "a",
  day: "2026-11-22",
  zone: "Asia/Shanghai",
  step_s: 300,
  points: [],
  caller_ids: [
    { number: "+862161234567", calls_today: 1412, answer_rate: 0.312, ...awake },
    { number: "+862161234568", calls_today: 388, answer_rate: null, rests_until: RESTS_UNTIL, rested_rate: 0.08, others_rate: 0.304 },
  ],
  carriers: [
    { name: "trunk", used: true, in_use: 41, lines: 120, rate_share: 1, rests_until: null },
    { name: "<b>north</b>", used: false, in_use: 0, lines: 60, rate_share: 0.125, rests_until: RESTS_UNTIL },
  ],
};

async function draw(series: DaySeries, language: Language = "en"): Promise<void> {
  setLanguage(language, { remember: false });
  const box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  await act(async () => root?.render(<LinesNow series={series} />));
}

const rowsOf = (testId: string) => [...document.querySelectorAll(`[data-testid="${testId}"] tbody tr`)].map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent));

afterEach(async () => {
  await act(async () => root?.unmount());
  document.body.replaceChildren();
});

describe("our numbers and the carriers", () => {
  it("say who rests until when, in the campaign's zone, and why", async () => {
    await draw(today);
    const [first, second] = rowsOf("caller-ids");
    expect(first?.slice(1)).toEqual(["1,412", "31.2 %", ""]);
    expect(second?.slice(1, 3)).toEqual(["388", "none yet"]);
    expect(second?.[3]).toMatch(/rests until .*14:05Answered 8\.0 %, the others 30\.4 %/);
    const carriers = rowsOf("carriers");
    expect(carriers[0]).toEqual(["trunk (this campaign's)", "41 / 120", "100 %", ""]);
    expect(carriers[1]?.slice(0, 3)).toEqual(["<b>north</b> ", "0 / 60", "13 %"]);
    expect(carriers[1]?.[3]).toContain("14:05:09");
  });

  it("say so in Chinese", async () => {
    await draw(today, "zh");
    expect(rowsOf("caller-ids")[1]?.[3]).toMatch(/暂停至 .*14:05接听率 8\.0 %，其他号码 30\.4 %/);
    expect(rowsOf("carriers")[0]?.[0]).toBe("trunk （本活动）");
  });

  it("say which number is shown when the campaign has none, and nothing of other days", async () => {
    await draw({ ...today, caller_ids: [] });
    expect(document.body.textContent).toContain("the carrier shows its own");
    await act(async () => root?.unmount());
    await draw({ ...today, caller_ids: null, carriers: null });
    expect(document.querySelectorAll("section")).toHaveLength(0);
  });
});
