// Addresses inside the campaigns' page.

export const campaignViews = ["now", "waterfall", "day", "decisions", "contacts", "lists", "rules", "compliance", "whatif", "edit"] as const;
export type CampaignView = (typeof campaignViews)[number];

export const pathOfList = "/campaigns";
export const pathOfNew = "/campaigns?new=1";
export const pathOfDoNotCall = "/campaigns?view=do-not-call";

export function pathOfCampaign(id: string, view: CampaignView = "now", more: Record<string, string> = {}): string {
  const search = new URLSearchParams({ campaign: id, ...(view === "now" ? {} : { view }), ...more });
  return `/campaigns?${search.toString()}`;
}
