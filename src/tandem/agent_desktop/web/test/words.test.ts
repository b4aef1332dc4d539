import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fill, isWord, translate, word } from "../src/i18n";
import { en } from "../src/i18n/en";
import { refusalText } from "../src/i18n/refusal";
import { zh } from "../src/i18n/zh";
import { shortcuts } from "../src/keys";
import { campaignBooks } from "../src/pages/campaigns/speech";
import { allKinds, kinds } from "../src/pages/flows/document/kinds";
import { flowBooks } from "../src/pages/flows/speech";

const english: Record<string, string> = { ...en, ...flowBooks.en, ...campaignBooks.en };
const chinese: Record<string, string> = { ...zh, ...flowBooks.zh, ...campaignBooks.zh };
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe("both languages", () => {
  it("have the same keys", () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
  });

  it("have no empty word and the same placeholders", () => {
    for (const [key, text] of Object.entries(english)) {
      expect(text.trim(), key).not.toBe("");
      expect(chinese[key]?.trim(), key).not.toBe("");
      expect(placeholders(chinese[key] ?? ""), key).toEqual(placeholders(text));
    }
  });

  it.each(["i18n", "pages/campaigns", "pages/flows"])("of %s have each key once: of two, nobody would see the one", (room) => {
    const folder = new URL(`../src/${room}/`, import.meta.url);
    for (const lang of ["zh", "en"]) {
      const files = readdirSync(folder).filter((name) => name === `${lang}.ts` || name.endsWith(`.${lang}.ts`));
      const keys = files.flatMap((name) => [...readFileSync(new URL(name, folder), "utf8").matchAll(/^ {2}"([^"]+)":/gm)].map((match) => match[1] ?? ""));
      expect(keys.length).toBeGreaterThan(200);
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    }
  });

  it("are not mixed up", () => {
    for (const [key, text] of Object.entries(english)) {
      if (key === "spoken.zh" || key.startsWith("switch.")) continue;
      expect(text, key).not.toMatch(/\p{Script=Han}/u);
    }
  });
});

describe("codes of the server", () => {
  const states = readFileSync(new URL("../../../cti/model/states.py", import.meta.url), "utf8");
  const values = (name: string) => {
    const body = new RegExp(`class ${name}\\(StrEnum\\):([\\s\\S]*?)(?=\\nclass |\\nCHOSEN|$)`).exec(states)?.[1] ?? "";
    return [...body.matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map((match) => match[1] ?? "");
  };

  it.each([
    ["AgentState", "state"],
    ["NotReadyReason", "reason"],
    ["Phase", "phase"],
    ["Outcome", "outcome"],
    ["Role", "role"],
  ])("every %s has a word", (name, group) => {
    const codes = values(name);
    expect(codes.length).toBeGreaterThan(3);
    expect(codes.filter((code) => !isWord(group, code))).toEqual([]);
  });

  it("what stands alone in a cell begins with a capital in English", () => {
    const cells = Object.entries(english).filter(([key]) => /^(phase|outcome|campaign_state|result|lead_state)\./.test(key));
    expect(cells.length).toBeGreaterThan(40);
    expect(cells.filter(([, text]) => !/^\p{Lu}/u.test(text)).map(([key]) => key)).toEqual([]);
  });

  it("every reason to call somebody back has a word", () => {
    const read = (file: string) => readFileSync(new URL(`../../../cti/${file}`, import.meta.url), "utf8");
    const owed = ["core/turn.py", "core/any_rows.py"].flatMap((file) => [...read(file).matchAll(/CallBackOwed\(reason="([\w ]+)"/g)]);
    const asked = ["app/callback_promises.py", "app/callbacks.py"].flatMap((file) => [...read(file).matchAll(/^ {8}reason="(\w+)",|reason="(\w+)", number=/gm)]);
    const reasons = [...new Set([...owed, ...asked].map((match) => match[1] ?? match[2] ?? ""))].sort();
    expect(reasons).toEqual(["asked", "caller", "switch failure", "voicemail"]);
    expect(reasons.filter((reason) => !isWord("callback_reason", reason.replaceAll(" ", "_")))).toEqual([]);
  });

  it("every refusal has a sentence", () => {
    const errors = readFileSync(new URL("../../../cti/model/errors.py", import.meta.url), "utf8");
    const codes = [...errors.matchAll(/^ {4}code = "(\w+)"/gm)].map((match) => match[1] ?? "");
    expect(codes.length).toBeGreaterThan(8);
    expect(codes.filter((code) => !isWord("error", code))).toEqual([]);
  });

  it("every reason of a refusal has both texts, which name nothing that the server does not give", () => {
    const refusals = readFileSync(new URL("../../../cti/model/refusals.py", import.meta.url), "utf8");
    const sentences = [...refusals.matchAll(/^ {4}"(\w+)": (?:"([^"]*)",|\(\n((?: {8}"[^"]*"\n)+) {4}\),)$/gm)];
    const given = Object.fromEntries(sentences.map(([, reason, line, lines]) => [`refusal.${reason}`, placeholders(line ?? lines ?? "")]));
    expect(sentences.length).toBe([...refusals.matchAll(/^ {4}"\w+": /gm)].length);
    const ours = Object.keys(english).filter((key) => key.startsWith("refusal."));
    expect(ours.sort()).toEqual(Object.keys(given).sort());
    for (const key of ours) expect(placeholders(english[key] ?? ""), key).toEqual(given[key]);
  });

  it("a refusal is said in the reader's language", () => {
    const refusal = { code: "campaign_refused", message: "a campaign that is stopped cannot become paused", reason: "campaign_step", values: { state: "stopped", wanted: "paused" } };
    expect(refusalText("zh", refusal)).toBe("已停止 的活动不能变为 已暂停。");
    expect(refusalText("en", refusal)).toBe("A campaign that is stopped cannot become paused.");
    const gate = { code: "wrong_state", message: "", reason: "gate", texts: { zh: "没有本人同意", en: "there is no consent" } };
    expect(refusalText("zh", gate)).toBe("不可拨打：没有本人同意");
    const kind = { code: "bad_request", message: "", reason: "shape_type", values: { field: "columns[0]", expected: "str | null", got: "int" } };
    expect(refusalText("zh", kind)).toBe("columns[0]：应为文字 / 空，收到的是整数。");
    expect(refusalText("en", { ...kind, reason: "shape_empty", values: { field: "$" } })).toBe("what was sent: must not be empty.");
    expect(refusalText("zh", { code: "wrong_state", message: "in English", reason: "of_tomorrow" })).toBe(chinese["error.wrong_state"]);
  });

  describe("of a timeline", () => {
    const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
    const source = /class Entry\(Enum\):([\s\S]*?)\n {4}def /.exec(read("cti/model/timeline.py"))?.[1] ?? "";
    const members = [...source.matchAll(/^ {4}[A-Z_]+ = (?:"([\w.]+)", "([^"]*)"|\(\n {8}"([\w.]+)",\n {8}"([^"]*)",\n {4}\))$/gm)];
    const sentences = new Map(members.map(([, code, sentence, long, longer]) => [code ?? long ?? "", sentence ?? longer ?? ""]));
    const literals = (text: string) => [...text.matchAll(/"(\w+)"/g)].map((match) => match[1] ?? "");

    it("every kind of entry has a heading and its sentence, which names just what the server gives", () => {
      expect(sentences.size).toBe([...source.matchAll(/^ {4}[A-Z_]+ = /gm)].length);
      expect(sentences.size).toBeGreaterThan(90);
      const ours = Object.keys(english).filter((key) => key.startsWith("timeline."));
      expect(ours.sort()).toEqual([...sentences.keys()].map((code) => `timeline.${code}`).sort());
      for (const key of ours) expect(placeholders(english[key] ?? ""), key).toEqual(placeholders(sentences.get(key.slice(9)) ?? ""));
      expect([...sentences.keys()].map((code) => code.split(".")[0] ?? "").filter((kind) => !isWord("event", kind))).toEqual([]);
    });

    it.each([
      ["cause", "cti/model/causes.py", /class Cause[\s\S]*?\n\n\n/, 10],
      ["mode", "cti/model/campaigns.py", /^Mode = Literal\[.*\]/m, 6],
      ["scope", "agent_desktop/core/messages.py", /scope: Literal\[.*\]/, 3],
      ["dial_refusal", "routing/core/dialer/gate.py", /reason: Literal\[.*\]/, 5],
      ["dial_refusal", "cti/app/callbacks.py", /reason = "no_entry"|reason = "other_attempt"/g, 2],
      ["failure", "ivr/core/dialogue.py", /(?:^[A-Z_]+ = "\w+"\n)+(?=FAILURES)/m, 5],
    ])("every %s that %s knows has a word", (group, file, where, count) => {
      const codes = literals((read(file).match(where) ?? []).join("\n"));
      expect(codes.length).toBe(count);
      expect(codes.filter((code) => !isWord(group, code))).toEqual([]);
    });
  });

  it("that are new are still readable", () => {
    expect(word("en", "state", "on_fire")).toBe("on fire");
    expect(word("zh", "state", null)).toBe("");
  });
});

describe("flows", () => {
  it("have words for every kind of step, its fields and options", () => {
    const wanted = allKinds.flatMap((kind) => [
      `kind.${kind}`,
      `about.${kind}`,
      `family.${kinds[kind].family}`,
      ...kinds[kind].fields.map((field) => `field.${field.word ?? field.key}`),
      ...kinds[kind].exits(kinds[kind].make(["zh", "en"])).filter((exit) => exit.tone !== "key" && exit.path[0] === exit.name).map((exit) => `exit.${exit.name}`),
    ]);
    expect(wanted.filter((key) => !Object.hasOwn(flowBooks.en, key))).toEqual([]);
  });

  it("and those of campaigns take no key of the other words", () => {
    const shared = Object.keys(flowBooks.en).filter((key) => Object.hasOwn(en, key));
    expect(shared.filter((key) => !/^(state|versions)\./.test(key))).toEqual([]);
    expect(Object.keys(campaignBooks.en).filter((key) => Object.hasOwn(en, key))).toEqual([]);
  });
});

describe("shortcuts", () => {
  it("all have a name", () => {
    for (const { action } of shortcuts) {
      if (!action.startsWith("page_")) expect(isWord("action", action), action).toBe(true);
    }
  });
});

describe("filling in", () => {
  it("puts values in and leaves unknown ones visible", () => {
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
    expect(translate("zh", "login.limited", { seconds: 9 })).toContain("9");
  });

  it("one is no many", () => {
    const text = "{count} {count:call waits|calls wait}";
    expect(["0", 1, "1", 2, "1,001"].map((count) => fill(text, { count }))).toEqual(["0 calls wait", "1 call waits", "1 call waits", "2 calls wait", "1,001 calls wait"]);
    expect(translate("en", "timeline.customer", { count: 1 })).toBe("1 customer has this number");
    for (const [key, written] of Object.entries(english)) {
      // Of one customer nobody asks which one it is.
      if (key !== "pop.several") expect(written, key).not.toMatch(/\{(\w+)\} (calls|agents|customers|contacts|callers|rows|others)\b/);
      for (const [, name] of written.matchAll(/\{(\w+):[^{}]*\|[^{}]*\}/g)) expect(written, key).toContain(`{${name}}`);
    }
  });

  it("does not read what it puts in", () => {
    expect(fill("{a}", { a: "{b}", b: "no" })).toBe("{b}");
  });
});
