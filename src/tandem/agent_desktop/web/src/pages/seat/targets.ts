// Whom a call can be transferred to, and how one finds them. Pure.

import type { Language } from "../../format";
import type { TransferTargets } from "../../generated/rest";

export interface Target {
  kind: "agent" | "queue" | "number";
  to: string;
  name: string;
  detail: string;
}

/** What a person may dial: digits, with the marks people write between them, perhaps a plus in front. */
export function asNumber(text: string): string | null {
  const number = text.replace(/[\s().-]/g, "");
  return /^\+?[0-9*#]{2,20}$/.test(number) ? number : null;
}

export function findTargets(
  targets: TransferTargets,
  search: string,
  lang: Language,
  myself: string,
): Target[] {
  const wanted = search.trim().toLocaleLowerCase();
  const number = asNumber(search);
  const all: Target[] = [
    ...targets.queues.map((queue) => ({
      kind: "queue" as const,
      to: queue["id"] ?? "",
      name: queue[lang] || queue["en"] || queue["id"] || "",
      detail: `${queue["id"]} ${queue["zh"] ?? ""} ${queue["en"] ?? ""}`,
    })),
    ...targets.agents
      .filter((agent) => agent.login !== myself)
      .map((agent) => ({
        kind: "agent" as const,
        to: agent.login,
        name: agent.name,
        detail: `${agent.login} ${agent.device ?? ""}`,
      })),
  ];
  const found = all.filter((target) => `${target.name} ${target.detail}`.toLocaleLowerCase().includes(wanted));
  return number ? [...found, { kind: "number", to: number, name: number, detail: "" }] : found;
}
