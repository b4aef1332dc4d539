// What callers answered after the talk: by question, queue, agent or day, with how many that is.

import { Select } from "antd";
import { useCallback, useMemo, useState } from "react";
import { query, request } from "../../api";
import { serverNow } from "../../clock";
import { share } from "../../format";
import type { SurveyFigures, SurveyLine } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { Loading, Name, Nothing, Panel } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { FEW, meanText, partsOf, questionsOf, sinceDays } from "./surveys";

type By = SurveyFigures["by"];
const WAYS = ["question", "queue", "agent", "day"] as const;
const SPANS = [1, 7, 30, 90, 365] as const;
const LONG_MS = 30_000;
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

function Distribution({ line }: { line: SurveyLine }) {
  const { t, w } = useSpeech();
  const parts = partsOf(line);
  const said = (answer: string) => (line.scale === "yes_no" ? w("survey_answer", answer) : answer);
  const text = parts.map((part) => `${said(part.answer)}: ${part.count}`).join(", ");
  if (line.answered === 0) return <span className="quiet">{t("surveys.no_answers")}</span>;
  return (
    <span className="survey-parts" role="img" aria-label={text} title={text} data-scale={line.scale}>
      {parts.map((part) => part.count > 0 && <i key={part.answer} className={`survey-part survey-part-${part.answer}`} style={{ flexGrow: part.share }}>{part.share > 0.09 ? said(part.answer) : ""}</i>)}
    </span>
  );
}

function Lines({ figures }: { figures: SurveyFigures }) {
  const { t, w } = useSpeech();
  const names = useNames();
  const nameOf = (line: SurveyLine) => (line.name === "" ? t("surveys.nobody") : figures.by === "queue" ? names.queue(line.name) : line.name);
  return (
    <table className="rows survey-rows" data-testid="surveys">
      <thead>
        <tr>
          <th>{t("surveys.question")}</th>
          {figures.by !== "question" && <th>{t(`surveys.by_${figures.by}`)}</th>}
          <th className="right">{t("surveys.asked")}</th>
          <th className="right">{t("surveys.answered")}</th>
          <th className="right">{t("surveys.mean")}</th>
          <th>{t("surveys.distribution")}</th>
        </tr>
      </thead>
      <tbody>
        {figures.lines.map((line) => (
          <tr key={`${line.question} ${line.scale} ${line.name}`} className={line.answered < FEW ? "few" : ""} data-question={line.question} data-name={line.name}>
            <td>
              <b>
                <Name>{line.question}</Name>
              </b>{" "}
              <span className="quiet small">{w("survey_scale", line.scale)}</span>
            </td>
            {figures.by !== "question" && (
              <td>
                <Name>{nameOf(line)}</Name>
              </td>
            )}
            <td className="num right">{line.asked}</td>
            <td className="num right">
              {line.answered} <span className="quiet small">{share(line.asked > 0 ? line.answered / line.asked : null)}</span>
            </td>
            <td className="num right">
              <b>{meanText(line)}</b>
              {line.answered > 0 && line.answered < FEW && (
                <span className="mark few-mark" title={t("surveys.few_text", { count: FEW })}>
                  {t("surveys.few")}
                </span>
              )}
            </td>
            <td>
              <Distribution line={line} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Surveys() {
  const { t } = useSpeech();
  const [by, setBy] = useState<By>("question");
  const [days, setDays] = useState<(typeof SPANS)[number]>(30);
  const [question, setQuestion] = useState("");
  const since = useMemo(() => sinceDays(serverNow(), days), [days]);
  const path = (format: "json" | "csv") => `/api/surveys${query({ since, by, question, zone: zone(), format })}`;
  const asked = path("json");
  const { value, error, again } = useLoaded(useCallback(() => request<SurveyFigures>(asked, {}, LONG_MS), [asked]));
  const all = useLoaded(useCallback(() => request<SurveyFigures>(`/api/surveys${query({ since, by: "question", zone: zone() })}`, {}, LONG_MS), [since]));
  const questions = questionsOf(all.value?.lines ?? []);
  return (
    <Panel
      title={t("surveys.title")}
      icon="chat"
      className="fill"
      flush
      extra={
        <a className="link" href={path("csv")} download data-testid="surveys-csv">
          <Icon name="down" size={13} /> CSV
        </a>
      }
    >
      <div className="survey-bar">
        <Select value={by} aria-label={t("surveys.by")} data-testid="surveys-by" onChange={setBy} options={WAYS.map((value) => ({ value, label: t(`surveys.per_${value}`) }))} />
        <Select value={days} aria-label={t("surveys.span")} data-testid="surveys-span" onChange={setDays} options={SPANS.map((value) => ({ value, label: t(value === 1 ? "surveys.today" : "surveys.days", { count: value }) }))} />
        <Select
          value={question}
          aria-label={t("surveys.question")}
          data-testid="surveys-question"
          onChange={setQuestion}
          options={[{ value: "", label: t("surveys.all_questions") }, ...questions.map((value) => ({ value, label: <bdi>{value}</bdi> }))]}
        />
        {by === "day" && <span className="quiet small">{t("surveys.zone", { zone: zone() })}</span>}
      </div>
      {value === null && error === null && <Loading rows={5} />}
      {error !== null && (
        <NotLoaded error={error} onAgain={again} />
      )}
      {value !== null && error === null && value.lines.length === 0 && (
        <Nothing icon="chat" title={t("surveys.none")}>
          {t("surveys.none_text")}
        </Nothing>
      )}
      {value !== null && error === null && value.lines.length > 0 && (
        <div className="scroll">
          <Lines figures={value} />
          {value.more && <p className="quiet pad">{t("surveys.more", { count: value.lines.length })}</p>}
          <p className="quiet small pad">{t("surveys.about")}</p>
        </div>
      )}
    </Panel>
  );
}
