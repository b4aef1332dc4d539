// Our numbers that callees see, and the carriers, as they are at this moment.

import { serverNow } from "../../clock";
import { phoneNumber } from "../../format";
import type { CallerIdLine, CarrierLine, DaySeries } from "../../generated/rest";
import { Name } from "../../ui/bits";
import { clockIn } from "../../zones";
import { count, percent } from "./rows";
import { useCampaignSpeech } from "./speech";

function CallerIds({ lines, zone }: { lines: readonly CallerIdLine[]; zone: string }) {
  const { t } = useCampaignSpeech();
  return (
    <section className="panel day-lines" data-testid="caller-ids">
      <h3>{t("lines.numbers")}</h3>
      {lines.length === 0 ? (
        <p className="quiet">{t("lines.no_numbers")}</p>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>{t("lines.number")}</th>
              <th className="right">{t("lines.calls_today")}</th>
              <th className="right">{t("gauge.answer_rate")}</th>
              <th>{t("lines.rest")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.number}>
                <td className="num">
                  <bdi>{phoneNumber(line.number)}</bdi>
                </td>
                <td className="num right">{count(line.calls_today)}</td>
                <td className="num right">{line.answer_rate === null ? <span className="quiet small">{t("lines.no_rate")}</span> : percent(line.answer_rate)}</td>
                <td>
                  {line.rests_until !== null && (
                    <>
                      <span className="warn-text">{t("lines.rests_until", { time: clockIn(zone, line.rests_until, serverNow()) })}</span>
                      <p className="quiet small">{t("lines.rests_why", { own: percent(line.rested_rate), others: percent(line.others_rate) })}</p>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Carriers({ lines, zone }: { lines: readonly CarrierLine[]; zone: string }) {
  const { t } = useCampaignSpeech();
  return (
    <section className="panel day-lines" data-testid="carriers">
      <h3>{t("lines.carriers")}</h3>
      {lines.length === 0 ? (
        <p className="quiet">{t("lines.no_carriers")}</p>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>{t("lines.carrier")}</th>
              <th className="right">{t("lines.in_use")}</th>
              <th className="right">{t("lines.rate_share")}</th>
              <th>{t("lines.rest")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.name}>
                <td>
                  <Name>{line.name}</Name> {line.used && <span className="quiet small">{t("lines.used")}</span>}
                </td>
                <td className="num right">
                  {count(line.in_use)} / {count(line.lines)}
                </td>
                <td className={`num right ${line.rate_share < 1 ? "warn-text" : ""}`}>{percent(line.rate_share, 0)}</td>
                <td>{line.rests_until !== null && <span className="warn-text">{t("lines.rests_until", { time: clockIn(zone, line.rests_until, serverNow(), true) })}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Nothing on days that are over, and for a draft. */
export function LinesNow({ series }: { series: DaySeries }) {
  const { caller_ids, carriers, zone } = series;
  if (caller_ids === null || carriers === null) return null;
  return (
    <div className="day-plots">
      <CallerIds lines={caller_ids} zone={zone} />
      <Carriers lines={carriers} zone={zone} />
    </div>
  );
}
