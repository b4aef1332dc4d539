// What each role may open. The server checks every call itself; this only decides what is offered.

export type PageName =
  | "seat"
  | "board"
  | "line"
  | "calls"
  | "callbacks"
  | "campaigns"
  | "routing"
  | "studies"
  | "flows"
  | "system";

export const pathOf: Record<PageName, string> = {
  seat: "/",
  board: "/board",
  line: "/line",
  calls: "/calls",
  callbacks: "/callbacks",
  campaigns: "/campaigns",
  routing: "/routing",
  studies: "/studies",
  flows: "/flows",
  system: "/system",
};

const pagesOf: Record<string, readonly PageName[]> = {
  agent: ["seat", "calls", "line"],
  supervisor: ["board", "line", "calls", "callbacks", "campaigns", "routing", "studies", "flows"],
  operator: ["flows", "campaigns", "system", "calls"],
  admin: ["board", "line", "calls", "callbacks", "campaigns", "routing", "studies", "flows", "system"],
};

/** What the server must allow (names of its `Action`) for a page to be of use. */
const needs: Record<PageName, string> = {
  seat: "open_seat",
  board: "open_board",
  line: "read_line",
  calls: "read_calls",
  callbacks: "read_callbacks",
  campaigns: "read_campaigns",
  routing: "read_routing",
  studies: "study",
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
