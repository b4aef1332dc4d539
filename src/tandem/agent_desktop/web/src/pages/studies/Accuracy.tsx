// How good the predicted waits were: what share of the waits ended within the band that was said.

import { useCallback } from "react";
import { serverNow } from "../../clock";
import { moment } from "../../format";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { routingApi } from "../../routingApi";
import { Loading, Name, Nothing, Panel } from "../../ui/bits";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { judged } from "./judging";

export function Accuracy() {
  const { t, lang } = useSpeech();
  const names = useNames();
  const { value, error, again } = useLoaded(useCallback(() => routingApi.expectedWait(), []));
  const seconds = (amount: number | null, signed: boolean) =>
    amount === null ? "–" : `${signed && amount > 0 ? "+" : ""}${amount.toFixed(1)} s`;
  return (
    <Panel title={t("accuracy.title")} icon="clock" className="fill" flush extra={value && <span className="quiet">{t("accuracy.since", { time: moment(value.since, serverNow(), lang) })}</span>}>
      {value === null && error === null && <Loading rows={5} />}
      {value === null && error !== null && (
        <NotLoaded error={error} onAgain={again} />
      )}
      {value !== null && value.queues.length === 0 && (
        <Nothing icon="clock" title={t("accuracy.none")}>
          {t("accuracy.none_text")}
        </Nothing>
      )}
      {value !== null && value.queues.length > 0 && (
        <div className="scroll">
          <p className="quiet pad">{t("accuracy.about")}</p>
          <table className="rows" data-testid="accuracy">
            <thead>
              <tr>
                <th>{t("col.queue")}</th>
                <th className="right">{t("accuracy.count")}</th>
                <th className="right">{t("accuracy.coverage")}</th>
                <th />
                <th className="right">{t("accuracy.bias")}</th>
                <th className="right">{t("accuracy.error")}</th>
              </tr>
            </thead>
            <tbody>
              {value.queues.map((row) => (
                <tr key={row.queue ?? "*"}>
                  <td>
                    <b>
                      <Name>{row.queue === null ? t("accuracy.all") : names.queue(row.queue)}</Name>
                    </b>
                  </td>
                  <td className="num right">{row.count}</td>
                  <td className="num right">{row.coverage === null ? "–" : `${(row.coverage * 100).toFixed(1)} %`}</td>
                  <td>
                    <span className={`judged judged-${judged(row)}`}>{t(`accuracy.${judged(row)}`)}</span>
                  </td>
                  <td className="num right">{seconds(row.bias_s, true)}</td>
                  <td className="num right">{seconds(row.error_s, false)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
