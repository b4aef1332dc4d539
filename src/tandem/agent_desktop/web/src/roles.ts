// What each role may open. The server checks every call itself; this only decides what is offered.

export type PageName = "seat" | "board" | "calls" | "callbacks" | "flows" | "system";

export const pathOf: Record<PageName, string> = {
  seat: "/",
  board: "/board",
  calls: "/calls",
  callbacks: "/callbacks",
  flows: "/flows",
  system: "/system",
};

const pagesOf: Record<string, readonly PageName[]> = {
  agent: ["seat", "calls"],
  supervisor: ["board", "calls", "callbacks"],
  operator: ["flows", "system", "calls"],
  admin: ["board", "calls", "callbacks", "flows", "system"],
};

/** What the server must allow (names of its `Action`) for a page to be of use. */
const needs: Record<PageName, string> = {
  seat: "open_seat",
  board: "open_board",
  calls: "read_calls",
  callbacks: "read_callbacks",
  flows: "read_flows",
  system: "check",
};

/** The pages of a person, in the order of the menu; the first one is home. */
export function pagesFor(role: string, may: readonly string[]): readonly PageName[] {
  return (pagesOf[role] ?? []).filter((page) => may.includes(needs[page]));
}

export function pageAt(path: string): PageName | null {
  const names = Object.keys(pathOf) as PageName[];
  return names.find((name) => pathOf[name] === path) ?? null;
}
