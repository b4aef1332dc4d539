// The compliance sheet of each day: both ways to count, what was kept and what was not, and the chain over all sheets.

import { useCallback, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import type { ComplianceSheet, SheetList } from "../../generated/rest";
import { Loading, Name } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { useTimes } from "../zone";
import { count, percent } from "./rows";
import { useCampaignSpeech } from "./speech";

function Sheet({ sheet }: { sheet: ComplianceSheet }) {
  const { t, pick, lang } = useCampaignSpeech();
  const { named } = useTimes(sheet.zone);
  const of = (key: string) => sheet.counts[key] ?? 0;
  return (
    <article className="sheet" data-testid="sheet" data-day={sheet.day}>
      <header>
        <h2 className="num">{sheet.day}</h2>
        {sheet.provisional && <span className="mark plan-changed">{t("sheet.provisional")}</span>}
        <span className="quiet">
          <Name>{sheet.name}</Name> · <span className="mono">{sheet.rules}</span> {sheet.rules_version} · {sheet.zone}
        </span>
        <span className="sheet-links">
          <a className="link" href={campaignsApi.sheetUrl(sheet.campaign, sheet.day, "html", lang)} target="_blank" rel="noreferrer" data-testid="sheet-html">
            HTML
          </a>
          <a className="link" href={campaignsApi.sheetUrl(sheet.campaign, sheet.day, "csv", lang)} download data-testid="sheet-csv">
            CSV
          </a>
        </span>
      </header>
      <dl className="sheet-counts">
        {(["dialled", "answered", "talked", "machines", "abandoned"] as const).map((key) => (
          <div key={key}>
            <dt>{t(`sum.${key}`)}</dt>
            <dd className="num">{count(of(key))}</dd>
          </div>
        ))}
        <div className={of("messages_in_time") < of("abandoned") ? "bad-text" : ""}>
          <dt>{t("sheet.messages")}</dt>
          <dd className="num">{t("sheet.of", { part: count(of("messages_in_time")), all: count(of("abandoned")) })}</dd>
        </div>
        <div className={of("rings_too_short") > 0 ? "bad-text" : ""}>
          <dt>{t("sheet.short_rings")}</dt>
          <dd className="num">{count(of("rings_too_short"))}</dd>
        </div>
      </dl>
      <table className="rows formulas" data-testid="formulas">
        <thead>
          <tr>
            <th>{t("sheet.formula")}</th>
            <th className="right">{t("sum.abandoned")}</th>
            <th className="right">{t("sheet.counted")}</th>
            <th className="right">{t("sheet.day")}</th>
            <th className="right">{t("sheet.window")}</th>
            <th className="right">{t("sheet.limit")}</th>
            <th>{t("sheet.kept")}</th>
          </tr>
        </thead>
        <tbody>
          {sheet.formulas.map((formula) => (
            <tr key={formula.id} data-formula={formula.id}>
              <td>
                {pick(formula.name, formula.id)} {formula.legal && <span className="mark">{t("sheet.legal")}</span>}
              </td>
              <td className="num right">{formula.abandoned.toLocaleString("en-US", { maximumFractionDigits: 1 })}</td>
              <td className="num right">{formula.counted.toLocaleString("en-US", { maximumFractionDigits: 1 })}</td>
              <td className="num right">
                <b>{percent(formula.ratio, 2)}</b>
              </td>
              <td className="num right">
                {percent(formula.window_ratio, 2)} <span className="quiet small">{t("sheet.days", { count: formula.window_days })}</span>
              </td>
              <td className="num right">{percent(formula.limit, 2)}</td>
              <td className={formula.kept ? "good-text" : "bad-text"}>
                <Icon name={formula.kept ? "check" : "alert"} size={14} /> {t(formula.kept ? "sheet.yes" : "sheet.no")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {sheet.mistaken && (
        <p className="quiet small" data-testid="sheet-mistaken" data-source={sheet.mistaken.source}>
          {t(`sheet.mistaken_${sheet.mistaken.source}`, {
            share: percent(sheet.mistaken.share, 1),
            low: percent(sheet.mistaken.low, 1),
            high: percent(sheet.mistaken.high, 1),
            heard: count(sheet.mistaken.heard),
            persons: count(sheet.mistaken.persons),
          })}
        </p>
      )}
      <p className="quiet small">{sheet.provisional ? t("sheet.provisional_text") : t("sheet.made", { time: named(sheet.made_at) })}</p>
      {sheet.hash && (
        <dl className="hashes mono">
          <div>
            <dt>{t("sheet.before")}</dt>
            <dd>{sheet.before || "–"}</dd>
          </div>
          <div>
            <dt>{t("sheet.hash")}</dt>
            <dd>{sheet.hash}</dd>
          </div>
        </dl>
      )}
    </article>
  );
}

function OneSheet({ id, day }: { id: string; day: string | null }) {
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.sheet(id, day), [id, day]));
  if (value === null) return error === null ? <Loading rows={6} /> : <NotLoaded error={error} onAgain={again} />;
  return <Sheet sheet={value} />;
}

function chainText({ chain_holds, broken_day, broken_why }: SheetList, t: ReturnType<typeof useCampaignSpeech>["t"]): string {
  if (chain_holds) return t("sheet.chain_text");
  return broken_day === null ? t("sheet.broken_text") : t(`sheet.broken_${broken_why ?? "changed"}`, { day: broken_day });
}

export function ComplianceView({ id }: { id: string }) {
  const { t } = useCampaignSpeech();
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.sheets(id), [id]));
  const [day, setDay] = useState<string | null>(null);
  if (value === null) return error === null ? <Loading rows={6} /> : <NotLoaded error={error} onAgain={again} />;
  return (
    <div className="compliance">
      <section className="panel fill sheet-days">
        <p className={`chain ${value.chain_holds ? "good-text" : "bad-text"}`} role="status" data-testid="chain" data-holds={value.chain_holds}>
          <Icon name={value.chain_holds ? "shield" : "alert"} size={16} />
          <span>
            <b>{t(value.chain_holds ? "sheet.chain_holds" : "sheet.chain_broken")}</b>
            <span className="quiet small">{chainText(value, t)}</span>
          </span>
        </p>
        <ul className="scroll">
          {[{ day: null, ratio: null, answered: 0, abandoned: 0, hash: "" }, ...value.sheets].map((line) => (
            <li key={line.day ?? "today"}>
              <button type="button" className={line.day === day ? "on" : ""} aria-pressed={line.day === day} onClick={() => setDay(line.day)} data-testid="sheet-day">
                <span className="num">{line.day ?? t("sheet.today")}</span>
                {line.day !== null && (
                  <span className={`small num ${line.answered === null ? "bad-text" : "quiet"}`}>
                    {line.answered === null || line.abandoned === null ? t("sheet.changed") : `${count(line.abandoned)} / ${count(line.answered)} · ${percent(line.ratio, 2)}`}
                  </span>
                )}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel fill">
        <div className="scroll">
          <OneSheet key={day ?? "today"} id={id} day={day} />
        </div>
      </section>
    </div>
  );
}
