// Contacts of a campaign, by reason or text; one of them opens with everything that is known about why.

import { Select } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useDesk } from "../../desk";
import { phoneNumber } from "../../format";
import type { LeadLine } from "../../generated/rest";
import { Loading, Name, Nothing } from "../../ui/bits";
import { type Column, DataGrid } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { NotLoaded } from "../notices";
import { useTimes } from "../zone";
import { LeadPanel } from "./LeadPanel";
import { useCampaignSpeech } from "./speech";
import { gateRules } from "./gateRules";

const SEARCH_AFTER_MS = 250;
const PAGE = 100;

/** Pages of leads, one after the other, as far as somebody scrolls. */
function useLeads(id: string, reason: string | null, q: string) {
  const [leads, setLeads] = useState<readonly LeadLine[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const next = useRef<string | null>(null);
  const controller = useRef<AbortController | null>(null);
  const busy = useRef(false);

  const load = useCallback(
    (cursor: string, before: readonly LeadLine[]) => {
      const signal = controller.current?.signal;
      busy.current = true;
      campaignsApi
        .leads(id, { reason, q, cursor, limit: PAGE }, signal)
        .then(
          (page) => {
            if (signal?.aborted) return;
            setLeads([...before, ...page.leads]);
            setError(null);
            next.current = page.next || null;
          },
          (problem: unknown) => {
            if (!signal?.aborted) setError(problem);
          },
        )
        .finally(() => {
          if (!signal?.aborted) busy.current = false;
        });
    },
    [id, reason, q],
  );
  useEffect(() => {
    const made = new AbortController();
    controller.current = made;
    next.current = null;
    const timer = setTimeout(() => load("", []), q ? SEARCH_AFTER_MS : 0);
    return () => {
      clearTimeout(timer);
      made.abort();
    };
  }, [load, q, turn]);
  const more = () => {
    if (!busy.current && next.current !== null && leads !== null) load(next.current, leads);
  };
  return { leads, error, more, again: useCallback(() => setTurn((old) => old + 1), []) };
}

function useColumns(): Column<LeadLine>[] {
  const { t, w, pick } = useCampaignSpeech();
  const { at, place } = useTimes();
  return useMemo(
    () => [
      {
        key: "name",
        title: t("lead.contact"),
        width: "minmax(196px, 1fr)",
        render: (lead) => (
          <span className="cell-line">
            <b>
              <Name>{lead.name || t("card.no_name")}</Name>
            </b>
            <span className="quiet num" title={phoneNumber(lead.numbers[0] ?? "")}>
              <bdi>{phoneNumber(lead.numbers[0] ?? "")}</bdi>
            </span>
          </span>
        ),
      },
      {
        key: "why",
        title: t("lead.why"),
        width: "minmax(150px, 1.7fr)",
        render: (lead) => (
          <span className={`cell-line ${lead.verdict.allowed ? "good-text" : ""}`} title={pick(lead.verdict.text, lead.verdict.rule)}>
            <Icon name={lead.verdict.allowed ? "check" : "forbid"} size={13} />
            <span className="cut">
              <bdi>{pick(lead.verdict.text, lead.verdict.rule)}</bdi>
            </span>
          </span>
        ),
      },
      { key: "attempts", title: t("lead.attempts"), width: "62px", align: "right", render: (lead) => <span className="num">{lead.attempts}</span> },
      { key: "last", title: t("lead.last"), width: "minmax(92px, 0.5fr)", render: (lead) => (lead.last_result ? <span className="cut">{w("result", lead.last_result)}</span> : <span className="quiet">–</span>) },
      {
        key: "again",
        title: t("lead.again_in", { place }),
        width: "128px",
        render: (lead) => (
          <span className="num cell-line">
            {lead.callback_at !== null && <Icon name="callback" size={12} />}
            {lead.callback_at !== null ? at(lead.callback_at) : lead.verdict.again_at !== null ? at(lead.verdict.again_at) : "–"}
          </span>
        ),
      },
    ],
    [t, w, pick, at, place],
  );
}

export function LeadTable({ id, reason, filters }: { id: string; reason: string | null; filters: boolean }) {
  const { t, w } = useCampaignSpeech();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(reason);
  const [open, setOpen] = useState<string | null>(null);
  const columns = useColumns();
  const wanted = filters ? chosen : reason;
  const { leads, error, more, again } = useLeads(id, wanted, search.trim());
  return (
    <section className="panel fill lead-table">
      <header className="filters">
        <SearchField value={search} label={t("lead.filter")} onChange={setSearch} maxLength={200} testId="lead-filter" />
        {filters ? (
          <Select
            className="filter-select"
            allowClear
            placeholder={t("lead.reason")}
            aria-label={t("lead.reason")}
            value={chosen}
            options={gateRules.map((value) => ({ value, label: w("gate", value) }))}
            onChange={(next?: string) => setChosen(next ?? null)}
          />
        ) : (
          <span className="mark">{reason === null ? t("waterfall.total") : w("gate", reason)}</span>
        )}
        {filters && mayChange && (
          <a className="filter-end link" href={campaignsApi.exportUrl(id)} download data-testid="campaign-export">
            {t("lead.export")}
          </a>
        )}
      </header>
      {leads === null ? (
        error === null ? (
          <Loading rows={8} />
        ) : (
          <NotLoaded error={error} onAgain={again} />
        )
      ) : (
        <DataGrid
          columns={columns}
          rows={leads}
          rowKey={(lead) => lead.id}
          label={t("view.contacts")}
          testId="leads"
          onOpen={(lead) => setOpen(lead.id)}
          isOpen={(lead) => lead.id === open}
          onEnd={more}
          empty={<Nothing icon={search ? "search" : "users"} title={t(search || wanted ? "lead.no_match" : "lead.none")}>{search || wanted ? null : t("lead.none_text")}</Nothing>}
        />
      )}
      <LeadPanel id={open} onClose={() => setOpen(null)} onChanged={again} />
    </section>
  );
}
