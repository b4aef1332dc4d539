// The first tests of a flow that has none: what a caller hears who says nothing, and where each key of the first menu
// leads. Pure.

import { type FileView, readingOrder, wordsOf } from "./flowFile";
import { isPlainMap } from "./yamlWords";

const MOST_KEYS = 4;
const SILENCES = 3;

export interface TemplateWords {
  /** Comments, without their `#`. */
  head: string;
  /** Name of the test of a caller who says nothing. */
  silent: string;
  /** Name of the test of a key; `label`: what it is for, or the step that it leads to. */
  pressed: (key: string, label: string) => string;
}

/** Text of a test file beside `main`, which is called `fileName`. */
export function firstTests(main: FileView, fileName: string, language: string, words: TemplateWords): string {
  const name = (fileName.split("/").at(-1) ?? fileName).trim();
  const lines = [...words.head.split("\n").map((line) => `# ${line}`), "format: 1", `flow: ${name}`, "tests:"];
  const test = (title: string, caller: string, path: readonly string[]) => lines.push(`  - name: ${JSON.stringify(title)}`, `    caller: [${caller}]`, `    expect: {path: [${path.join(", ")}]}`);
  const menu = readingOrder(main)
    .map((step) => main.steps.get(step))
    .find((step) => step?.kind === "menu");
  const attempts = menu?.raw["attempts"];
  const slip = menu?.raw["no_input"];
  const silent = isPlainMap(slip) && typeof slip["goto"] === "string" ? [slip["goto"]] : [];
  test(words.silent, `{silence: ${typeof attempts === "number" ? attempts : SILENCES}}`, menu ? [menu.name, ...silent] : [main.start || "start"]);
  for (const exit of menu?.exits.filter((one) => one.tone === "key" && one.to !== null).slice(0, MOST_KEYS) ?? []) {
    const choices = menu?.raw["choices"];
    const choice = isPlainMap(choices) ? choices[exit.name] : undefined;
    const label = isPlainMap(choice) ? wordsOf(choice["label"], language, new Map()) : "";
    test(words.pressed(exit.name, label || String(exit.to)), `{press: "${exit.name}"}`, [menu?.name ?? "", String(exit.to)]);
  }
  return `${lines.join("\n")}\n`;
}
