// All plans that were ever in force; any of them can be compared and taken up again.

import { Button } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import { serverNow } from "../../clock";
import type { PlanVersion, RoutingPlan } from "../../generated/rest";
import { moment } from "../../format";
import { useSpeech } from "../../i18n";
import { routingApi } from "../../routingApi";
import { Loading, Name, Nothing, Panel } from "../../ui/bits";
import { type Column, DataGrid } from "../../ui/DataGrid";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { diffLines } from "./diff";

const MOST_LINES = 3000;

export function Diff({ older, newer }: { older: string; newer: string }) {
  const { t } = useSpeech();
  const lines = useMemo(() => diffLines(older, newer), [older, newer]);
  if (lines.length === 0) return <Nothing icon="check" title={t("versions.same")} />;
  const signs = { same: " ", added: "+", removed: "−", gap: "" };
  return (
    <pre className="diff scroll" data-testid="diff" tabIndex={0}>
      {lines.slice(0, MOST_LINES).map((line, index) => (
        <div key={index} className={`diff-${line.kind}`}>
          <span className="diff-number">{line.line || "⋯"}</span>
          <span className="diff-sign">{signs[line.kind]}</span>
          {line.text}
        </div>
      ))}
    </pre>
  );
}

export function Versions({
  current,
  text,
  onTake,
}: {
  current: RoutingPlan;
  /** The draft, which a version is compared with. */
  text: string;
  onTake: (text: string) => void;
}) {
  const { t, lang } = useSpeech();
  const problemOf = useProblem();
  const version = current.version;
  const load = useCallback(() => (void version, routingApi.versions()), [version]);
  const { value, error, again } = useLoaded(load);
  const [chosen, setChosen] = useState<number | null>(null);
  const [older, setOlder] = useState<{ version: number; text: string } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);

  useEffect(() => {
    if (chosen === null) return;
    let gone = false;
    setFailed(null);
    routingApi.version(chosen).then(
      (answer) => {
        if (!gone) setOlder({ version: chosen, text: answer.text });
      },
      (problem: unknown) => {
        if (!gone) setFailed(problemOf(problem));
      },
    );
    return () => {
      gone = true;
    };
  }, [chosen, problemOf]);

  const columns = useMemo<Column<PlanVersion>[]>(
    () => [
      { key: "version", title: t("versions.version"), width: "64px", align: "right", render: (one) => <b className="num">{one.version}</b> },
      {
        key: "note",
        title: t("versions.note"),
        width: "minmax(0, 1fr)",
        render: (one) => (
          <span className="cell-line">
            {one.active && <span className="mark mark-active">{t("versions.active")}</span>}
            <Name>{one.note || "–"}</Name>
          </span>
        ),
      },
      { key: "by", title: t("versions.by"), width: "minmax(60px, 0.4fr)", render: (one) => <Name>{one.created_by}</Name> },
      {
        key: "at",
        title: t("col.time"),
        width: "116px",
        render: (one) => <span className="num">{moment(one.created_at, serverNow(), lang)}</span>,
      },
    ],
    [t, lang],
  );

  if (value === null && error !== null) {
    return (
      <NotLoaded error={error} onAgain={again} />
    );
  }
  if (value === null) return <Loading rows={8} />;
  return (
    <div className="versions">
      <Panel title={t("plan.view_versions")} icon="list" flush className="fill">
        <DataGrid
          columns={columns}
          rows={value.versions}
          rowKey={(one) => String(one.version)}
          label={t("plan.view_versions")}
          testId="versions"
          onOpen={(one) => setChosen(one.version)}
          isOpen={(one) => one.version === chosen}
          empty={<Nothing icon="list" title={t("versions.none")} />}
        />
      </Panel>
      <Panel
        title={chosen === null ? t("versions.compare") : t("versions.compared", { version: chosen })}
        icon="note"
        flush
        className="fill"
        extra={
          older && (
            <Button size="small" disabled={older.text === text} onClick={() => onTake(older.text)} data-testid="take-version">
              {t("versions.take")}
            </Button>
          )
        }
      >
        {failed && <Nothing icon="alert" title={failed} />}
        {chosen === null && (
          <Nothing icon="list" title={t("versions.choose")}>
            {t("versions.choose_text")}
          </Nothing>
        )}
        {chosen !== null && older?.version === chosen && <Diff older={older.text} newer={text} />}
        {chosen !== null && older?.version !== chosen && !failed && <Loading rows={6} />}
      </Panel>
    </div>
  );
}
