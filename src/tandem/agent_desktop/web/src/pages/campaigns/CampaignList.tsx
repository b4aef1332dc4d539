// All campaigns with what they are doing now; started, paused, drained, stopped and switched by one click.

import { Button } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useDesk, useDeskState } from "../../desk";
import { navigate } from "../../router";
import { Dot, Loading, Name, Nothing } from "../../ui/bits";
import { type Column, DataGrid, type Sort } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { CopyDialog } from "./CopyDialog";
import { pathOfCampaign, pathOfNew } from "./paths";
import { Agents, Budget, Control, Ends, ModeSwitch, Sentence, StateMark, toneOf } from "./parts";
import { type CampaignLine, campaignLines, count, matches, percent, stateRank, states } from "./rows";
import { useCampaignSpeech } from "./speech";

const collator = new Intl.Collator(undefined, { numeric: true });
const ROW_PX = 54;

function useColumns(onDone: () => void, onCopy: (line: CampaignLine) => void): Column<CampaignLine>[] {
  const { t } = useCampaignSpeech();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  return useMemo(() => {
    const none = <span className="quiet">–</span>;
    return [
      {
        key: "state",
        title: t("col.state"),
        width: "minmax(84px, 98px)",
        compare: (a, b) => stateRank(a.state) - stateRank(b.state) || collator.compare(a.name, b.name),
        render: (line) => <StateMark state={line.state} />,
      },
      {
        key: "name",
        title: t("list.campaign"),
        width: "minmax(140px, 1fr)",
        compare: (a, b) => collator.compare(a.name, b.name),
        render: (line) => (
          <span className="campaign-name">
            <b>
              <Name>{line.name || line.id}</Name>
            </b>
            <Sentence line={line} />
          </span>
        ),
      },
      { key: "mode", title: t("list.mode"), width: "minmax(118px, 134px)", compare: (a, b) => a.mode.localeCompare(b.mode), render: (line) => <ModeSwitch line={line} onDone={onDone} /> },
      {
        key: "agents",
        title: t("gauge.agents"),
        width: "106px",
        from_px: 1090,
        compare: (a, b) => (b.row?.agents ?? -1) - (a.row?.agents ?? -1),
        render: (line) => (line.row ? <Agents row={line.row} /> : none),
      },
      {
        key: "flight",
        title: t("list.flight"),
        width: "84px",
        from_px: 1090,
        align: "right",
        compare: (a, b) => (b.row ? b.row.ringing + b.row.waiting : -1) - (a.row ? a.row.ringing + a.row.waiting : -1),
        render: ({ row }) =>
          row ? (
            <span className="two num">
              <b>{row.ringing + row.waiting}</b>
              <span className="quiet small">{row.lines_per_agent === null ? "–" : t("gauge.per_agent", { lines: row.lines_per_agent.toFixed(2) })}</span>
            </span>
          ) : (
            none
          ),
      },
      {
        key: "budget",
        title: t("gauge.abandoned"),
        width: "minmax(164px, 0.5fr)",
        compare: (a, b) => (b.row?.abandon_ratio_today ?? -1) - (a.row?.abandon_ratio_today ?? -1),
        render: ({ row }) =>
          row ? (
            <span className="two">
              <Budget label={t("gauge.today")} ratio={row.abandon_ratio_today} limit={row.abandon_limit} left={row.budget_today} />
              <Budget label={t("gauge.days")} ratio={row.abandon_ratio_window} limit={row.abandon_limit} left={row.budget_window} />
            </span>
          ) : (
            none
          ),
      },
      {
        key: "rate",
        title: t("gauge.answer_rate"),
        width: "82px",
        from_px: 1190,
        align: "right",
        compare: (a, b) => (b.row?.answer_rate ?? -1) - (a.row?.answer_rate ?? -1),
        render: ({ row }) =>
          row ? (
            <span className="two num">
              <b>{percent(row.answer_rate, 0)}</b>
              <span className="quiet small">{t("gauge.an_hour", { count: count(row.connects_per_hour) })}</span>
            </span>
          ) : (
            none
          ),
      },
      {
        key: "left",
        title: t("gauge.left"),
        width: "minmax(116px, 146px)",
        from_px: 860,
        align: "right",
        compare: (a, b) => (b.row?.left ?? -1) - (a.row?.left ?? -1),
        render: ({ row }) =>
          row ? (
            <span className="two num">
              <b>{count(row.left)}</b>
              <span className="quiet small">
                → <Ends at={row.ends_at} zone={row.zone} />
              </span>
            </span>
          ) : (
            none
          ),
      },
      {
        key: "control",
        title: "",
        width: mayChange ? "130px" : "0",
        align: "right",
        render: (line) => (
          <span className="campaign-buttons">
            <Control line={line} onDone={onDone} />
            {mayChange && (
              <button
                type="button"
                className="icon-button"
                title={t("list.copy")}
                aria-label={t("list.copy")}
                data-testid="campaign-copy"
                onClick={(event) => {
                  event.stopPropagation();
                  onCopy(line);
                }}
              >
                <Icon name="copy" size={14} />
              </button>
            )}
          </span>
        ),
      },
    ];
  }, [t, mayChange, onDone, onCopy]);
}

export function CampaignList() {
  const { t, w } = useCampaignSpeech();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.all(), []));
  const rows = useDeskState((state) => state.live.campaigns);
  const [search, setSearch] = useState("");
  const [state, setState] = useState<string | null>(null);
  const [sort, setSort] = useState<Sort>({ key: "state", down: false });
  const [copying, setCopying] = useState<CampaignLine | null>(null);

  const lines = useMemo(() => campaignLines(value?.campaigns ?? [], rows), [value, rows]);
  const columns = useColumns(again, setCopying);
  const shown = useMemo(() => {
    const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return lines.filter((line) => (state === null || line.state === state) && matches(line, words));
  }, [lines, search, state]);
  // A campaign that somebody else made or removed.
  const unknown = value !== null && lines.length !== value.campaigns.length;
  useEffect(() => {
    if (unknown) again();
  }, [unknown, again]);

  if (value === null) return error === null ? <Loading rows={8} /> : <section className="panel fill"><NotLoaded error={error} onAgain={again} /></section>;
  const clear = () => {
    setSearch("");
    setState(null);
  };
  return (
    <section className="panel fill campaign-list">
      <header className="filters">
        <SearchField value={search} label={t("list.filter")} onChange={setSearch} testId="campaign-filter" />
        <div className="chips" role="group" aria-label={t("col.state")}>
          {states.map((one) => {
            const many = lines.filter((line) => line.state === one).length;
            return (
              <button
                key={one}
                type="button"
                className={`chip tone-${toneOf(one)} ${state === one ? "on" : ""}`}
                aria-pressed={state === one}
                disabled={many === 0 && state !== one}
                data-testid={`campaigns-${one}`}
                onClick={() => setState(state === one ? null : one)}
              >
                <Dot tone={toneOf(one)} />
                {w("campaign_state", one)} <b className="num">{many}</b>
              </button>
            );
          })}
        </div>
        {mayChange && (
          <Button className="filter-end" type="primary" icon={<Icon name="plus" size={14} />} onClick={() => navigate(pathOfNew)} data-testid="campaign-new">
            {t("list.new")}
          </Button>
        )}
      </header>
      <DataGrid
        columns={columns}
        rows={shown}
        rowKey={(line) => line.id}
        rowPx={ROW_PX}
        label={t("page.campaigns")}
        testId="campaigns"
        sort={sort}
        onSort={setSort}
        onOpen={(line) => navigate(pathOfCampaign(line.id))}
        empty={
          lines.length === 0 ? (
            <Nothing icon="megaphone" title={t("list.none")}>
              <p>{t("list.none_text")}</p>
              {mayChange && (
                <Button type="primary" onClick={() => navigate(pathOfNew)}>
                  {t("list.new")}
                </Button>
              )}
            </Nothing>
          ) : (
            <Nothing icon="search" title={t("list.no_match")}>
              <button type="button" className="link" onClick={clear}>
                {t("board.clear")}
              </button>
            </Nothing>
          )
        }
      />
      {copying && <CopyDialog id={copying.id} name={copying.name} onClose={() => setCopying(null)} />}
    </section>
  );
}
