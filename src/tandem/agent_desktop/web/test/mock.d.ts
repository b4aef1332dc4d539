// The mock server's made-up data, as tests that draw pages use it.

declare module "*/mock/campaigns.mjs" {
  export function answer(method: string, path: string, query: URLSearchParams, body: unknown): [number, unknown] | null;
  export function rows(): import("../src/generated/live").CampaignRow[];
  export function resize(count: number, withHostile?: boolean): void;
  export function setPromises(count: number): void;
  export function setLists(count: number): void;
  export function makeEntries(count: number): void;
  export function breakChain(broken: boolean): void;
  export function interruptImport(cut: boolean): void;
  export const cards: Record<string, () => import("../src/generated/live").CampaignCard>;
}

declare module "*/mock/data.mjs" {
  export const dispositions: unknown[];
  export function seatRow(index: number): import("../src/generated/live").SeatRow;
}

declare module "*/mock/routing.mjs" {
  export function answer(method: string, path: string, query: URLSearchParams, body: unknown): [number, unknown] | null;
  export function resize(agents: number, line: number, queueCount?: number): void;
  export const state: { form: import("../src/pages/routing/form").PlanForm };
}
