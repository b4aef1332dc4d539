// Campaigns: the table of them, one of them, its form, and who is not to be called. `?campaign=spring&view=waterfall`.

import { Segmented } from "antd";
import { navigate, useSearch } from "../router";
import { CampaignDesk } from "./campaigns/CampaignDesk";
import { NewCampaign } from "./campaigns/CampaignForm";
import { CampaignList } from "./campaigns/CampaignList";
import { DoNotCall } from "./campaigns/DoNotCall";
import { type CampaignView, campaignViews, pathOfDoNotCall, pathOfList } from "./campaigns/paths";
import { useCampaignSpeech } from "./campaigns/speech";
import "../styles/campaigns.css";

function Top({ view }: { view: "campaigns" | "do-not-call" }) {
  const { t } = useCampaignSpeech();
  return (
    <header className="routing-bar">
      <Segmented
        value={view}
        onChange={(next) => navigate(next === "campaigns" ? pathOfList : pathOfDoNotCall)}
        options={[
          { value: "campaigns" as const, label: <span data-testid="campaigns-all">{t("page.campaigns")}</span> },
          { value: "do-not-call" as const, label: <span data-testid="campaigns-do-not-call">{t("dnc.title")}</span> },
        ]}
      />
    </header>
  );
}

export default function CampaignsPage() {
  const search = new URLSearchParams(useSearch());
  const id = search.get("campaign");
  if (search.get("new") !== null) return <NewCampaign />;
  if (id !== null) {
    const view = search.get("view") as CampaignView;
    return <CampaignDesk key={id} id={id} view={campaignViews.includes(view) ? view : "now"} reason={search.get("reason")} />;
  }
  const doNotCall = search.get("view") === "do-not-call";
  return (
    <div className="campaigns">
      <Top view={doNotCall ? "do-not-call" : "campaigns"} />
      {doNotCall ? <DoNotCall /> : <CampaignList />}
    </div>
  );
}
