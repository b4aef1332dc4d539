// The lists of a campaign: what came in, what did not and why, and taking one back.

import { App, Button, type ButtonProps } from "antd";
import { useCallback, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useDesk } from "../../desk";
import type { ImportJob, LeadListView } from "../../generated/rest";
import { Loading, Name, Nothing } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useQuestion } from "../../ui/useQuestion";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { useTimes } from "../zone";
import { ImportWizard } from "./ImportWizard";
import { count } from "./rows";
import { useCampaignSpeech } from "./speech";

function Row({ list, mayChange, onUndo }: { list: LeadListView; mayChange: boolean; onUndo: () => void }) {
  const { t, w } = useCampaignSpeech();
  const { named } = useTimes();
  return (
    <tr data-list={list.id}>
      <td>
        <span className="two">
          <b>
            <Name>{list.name}</Name>
          </b>
          <span className="quiet small">
            <Name>{list.file}</Name>
          </span>
        </span>
      </td>
      <td>
        <span className="mark">{w("list_state", list.state)}</span>
      </td>
      <td className="num right">{count(list.rows)}</td>
      <td className="num right">{count(list.accepted)}</td>
      <td className="num right">{count(list.duplicates)}</td>
      <td className="num right">{count(list.do_not_call)}</td>
      <td className="num right">
        {list.bad > 0 ? (
          <a className="link" href={campaignsApi.badRowsUrl(list.id)} download data-testid="bad-rows">
            {count(list.bad)}
          </a>
        ) : (
          0
        )}
      </td>
      <td className="num right">{count(list.left)}</td>
      <td className="quiet small list-by">
        <Name>{list.imported_by}</Name> <span className="num">{named(list.imported_at)}</span>
      </td>
      <td className="right">
        {mayChange && list.state !== "removed" && (
          <Button size="small" icon={<Icon name="undo" size={13} />} onClick={onUndo} data-testid="list-undo">
            {t("lists.undo")}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** Imports that the end of the server interrupted, and what is there of them. */
function CutOff({ jobs }: { jobs: readonly ImportJob[] }) {
  const { t, pick } = useCampaignSpeech();
  return jobs.map((job) => (
    <p className={job.state === "failed" ? "plan-refused" : "quiet"} role="alert" key={job.id} data-testid="list-cut-off">
      <Icon name="alert" size={14} /> <b>{t("lists.cut_off")}</b> <Name>{job.name}</Name>: <bdi>{pick(job.problem)}</bdi>
    </p>
  ));
}

export function ListsView({ id }: { id: string }) {
  const { t } = useCampaignSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.lists(id), [id]));
  const [importing, setImporting] = useState(false);
  const [confirm, holder] = useQuestion();
  if (value === null) return error === null ? <Loading rows={6} /> : <NotLoaded error={error} onAgain={again} />;
  const undo = (list: LeadListView) =>
    confirm({
      title: t("lists.undo_sure", { name: list.name }),
      content: t("lists.undo_text", { count: count(list.accepted) }),
      okText: t("lists.undo"),
      okButtonProps: { danger: true, "data-testid": "list-undo-sure" } as ButtonProps,
      onOk: () => campaignsApi.removeList(list.id).then(again, (problem: unknown) => void message.error(problemOf(problem))),
    });
  return (
    <section className="panel fill lists-view">
      {holder}
      <header className="filters">
        <span className="quiet">{t("lists.text")}</span>
        {mayChange && (
          <Button className="filter-end" type="primary" icon={<Icon name="upload" size={14} />} onClick={() => setImporting(true)} data-testid="list-import">
            {t("lists.import")}
          </Button>
        )}
      </header>
      <CutOff jobs={value.cut_off} />
      {value.lists.length === 0 ? (
        <Nothing icon="list" title={t("lists.none")}>
          <p>{t("lists.none_text")}</p>
          {mayChange && (
            <Button type="primary" onClick={() => setImporting(true)}>
              {t("lists.import")}
            </Button>
          )}
        </Nothing>
      ) : (
        <div className="scroll">
          <table className="rows" data-testid="lists">
            <thead>
              <tr>
                <th>{t("lists.list")}</th>
                <th>{t("col.state")}</th>
                <th className="right">{t("lists.rows")}</th>
                <th className="right">{t("lists.accepted")}</th>
                <th className="right">{t("lists.duplicates")}</th>
                <th className="right">{t("lists.do_not_call")}</th>
                <th className="right">{t("lists.bad")}</th>
                <th className="right">{t("gauge.left")}</th>
                <th className="list-by">{t("lists.by")}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {value.lists.map((list) => (
                <Row key={list.id} list={list} mayChange={mayChange} onUndo={() => undo(list)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {importing && <ImportWizard campaign={id} onClose={() => setImporting(false)} onDone={again} />}
    </section>
  );
}
