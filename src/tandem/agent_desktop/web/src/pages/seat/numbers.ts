// Which of a person's numbers is dialled. Pure.

import type { CampaignCard, NumberView } from "../../generated/live";

export function mayBeDialled(number: NumberView): boolean {
  return Object.keys(number.refused).length === 0;
}

/** The number that is dialled when the agent says so: the one he chose, else the proposed one; null: none may be. */
export function numberToDial(card: CampaignCard, chosen: string | null): string | null {
  const open = card.numbers.filter(mayBeDialled).map((one) => one.number);
  return [chosen, card.number].find((number) => number !== null && open.includes(number)) ?? open[0] ?? null;
}
