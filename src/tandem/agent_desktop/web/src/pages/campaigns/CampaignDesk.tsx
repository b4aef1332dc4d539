// One campaign: what it does now, whom it may call, its day, its lists and rules.

import { Tabs } from "antd";
import { Suspense, lazy, useCallback, useMemo } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useDesk, useDeskState } from "../../desk";
import type { CampaignView as Campaign } from "../../generated/rest";
import { followLink, navigate } from "../../router";
import { Loading, Name } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/icons";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { CampaignZone } from "../zone";
import { CampaignForm } from "./CampaignForm";
import { ComplianceView } from "./ComplianceView";
import { DecisionsView } from "./DecisionsView";
import { LeadTable } from "./LeadTable";
import { ListsView } from "./ListsView";
import { NowView } from "./NowView";
import { Control, ModeSwitch, StateMark } from "./parts";
import { type CampaignView, campaignViews, pathOfCampaign, pathOfList } from "./paths";
import type { CampaignLine } from "./rows";
import { RulesView } from "./RulesView";
import { useCampaignSpeech } from "./speech";
import { WaterfallView } from "./WaterfallView";
import { WhatIfView } from "./WhatIfView";

const DayView = lazy(() => import("./DayView"));

function Shown({ view, line, campaign, reason, onSaved, onChanged }: { view: CampaignView; line: CampaignLine; campaign: Campaign; reason: string | null; onSaved: () => void; onChanged: () => void }) {
  switch (view) {
    case "now":
      return <NowView line={line} problems={campaign.problems} />;
    case "waterfall":
      return <WaterfallView id={line.id} reason={reason} />;
    case "day":
      return (
        <Suspense fallback={<Loading rows={6} />}>
          <DayView id={line.id} />
        </Suspense>
      );
    case "decisions":
      return <DecisionsView id={line.id} />;
    case "contacts":
      return <LeadTable id={line.id} reason={reason} filters />;
    case "lists":
      return <ListsView id={line.id} />;
    case "rules":
      return <RulesView campaign={campaign} onChanged={onChanged} />;
    case "compliance":
      return <ComplianceView id={line.id} />;
    case "whatif":
      return <WhatIfView line={line} />;
    case "edit":
      return <CampaignForm view={campaign} onSaved={onSaved} />;
  }
}

export function CampaignDesk({ id, view, reason }: { id: string; view: CampaignView; reason: string | null }) {
  const { t } = useCampaignSpeech();
  const may = useDesk().me.may;
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.one(id), [id]));
  const row = useDeskState((state) => state.live.campaigns?.get(id) ?? null);
  const line = useMemo<CampaignLine | null>(
    () =>
      value && {
        id,
        name: row?.name ?? value.document.name,
        state: row?.state ?? value.state,
        mode: row?.mode ?? value.document.mode ?? "progressive",
        modeSet: row?.mode_set ?? value.document.mode ?? "progressive",
        row,
        why: value.why,
      },
    [value, row, id],
  );
  if (value === null || line === null) {
    return (
      <section className="panel fill campaigns">
        {error === null ? (
          <Loading rows={8} />
        ) : (
          <>
            <NotLoaded error={error} onAgain={again} />
            <p className="desk-lost">
              <a className="link" href={pathOfList} onClick={followLink} data-testid="desk-to-list">
                {t("desk.back")}
              </a>
            </p>
          </>
        )}
      </section>
    );
  }
  const views = campaignViews.filter((one) => one !== "edit" || may.includes("change_campaigns"));
  const saved = () => {
    again();
    navigate(pathOfCampaign(id));
  };
  return (
    <div className="campaigns campaign-desk" data-testid="campaign-desk" data-campaign={id}>
      <header className="desk-head">
        <Hint text={t("desk.back")}>
          <a className="bar-button" href={pathOfList} onClick={followLink} aria-label={t("desk.back")}>
            <Icon name="back" />
          </a>
        </Hint>
        <h1>
          <Name>{line.name || id}</Name>
        </h1>
        <StateMark state={line.state} />
        <ModeSwitch line={line} onDone={again} />
        <span className="desk-control">
          <Control line={line} onDone={again} words />
        </span>
      </header>
      <Tabs
        className="desk-tabs"
        activeKey={view}
        onChange={(next) => navigate(pathOfCampaign(id, next as CampaignView))}
        items={views.map((one) => ({ key: one, label: <span data-testid={`campaign-${one}`}>{t(`view.${one}`)}</span> }))}
      />
      <div className="desk-view">
        <CampaignZone value={value.zone}>
          <Shown view={view} line={line} campaign={value} reason={reason} onSaved={saved} onChanged={again} />
        </CampaignZone>
      </div>
    </div>
  );
}
