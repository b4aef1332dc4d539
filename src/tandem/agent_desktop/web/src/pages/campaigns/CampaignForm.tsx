// A campaign's form. Two things are the operator's to say, the abandon limit and the target wait; all else has defaults.

import { Button, Input, Select, Slider } from "antd";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { ApiError } from "../../api";
import { campaignsApi } from "../../campaignsApi";
import type { Campaign, CampaignChoices, CampaignProblem, CampaignView } from "../../generated/rest";
import { navigate } from "../../router";
import { oneLine } from "../../text";
import { Loading } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useQuestion } from "../../ui/useQuestion";
import { NotLoaded, Refused } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { type Full, type Path, complete, problemsElsewhere, put } from "./document";
import { FormContext, type FormDesk, Problem, Row, useFormDesk } from "./formParts";
import { More } from "./FormMore";
import { pathOfCampaign, pathOfList } from "./paths";
import { modes } from "./rows";
import { useCampaignSpeech } from "./speech";

const CHECK_AFTER_MS = 400;

function useChecked(document: Campaign): CampaignProblem[] {
  const [problems, setProblems] = useState<CampaignProblem[]>([]);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      campaignsApi.check(document).then(
        (checked) => {
          if (!gone) setProblems(checked.problems);
        },
        // What is wrong is also said when it is saved.
        () => undefined,
      );
    }, CHECK_AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [document]);
  return problems;
}

/** Fields that stand on the first part of the form. */
const FIRST = ["name", "mode", "queue", "flow", "rules", "abandon_limit", "target_wait_s"];

function Big({ field, title, text, value, children }: { field: string; title: string; text: string; value: string; children: ReactNode }) {
  return (
    <div className="big-field" data-field={field}>
      <div className="big-head">
        <h3>{title}</h3>
        <b className="num">{value}</b>
      </div>
      {children}
      <p className="quiet small">{text}</p>
      <Problem field={field} />
    </div>
  );
}

function TwoThings() {
  const { t } = useCampaignSpeech();
  const { document, set } = useFormDesk();
  return (
    <section className="panel two-things" data-testid="two-things">
      <Big field="abandon_limit" title={t("form.abandon_limit")} text={t("form.abandon_limit_text")} value={`${(document.abandon_limit * 100).toFixed(1)} %`}>
        <Slider
          min={0}
          max={5}
          step={0.1}
          value={Math.round(document.abandon_limit * 1000) / 10}
          marks={{ 0: "0", 1: "1", 2: "2", 3: "3 %", 4: "4", 5: "5" }}
          tooltip={{ open: false }}
          aria-label={t("form.abandon_limit")}
          onChange={(value: number) => set(["abandon_limit"], Math.round(value * 10) / 1000)}
        />
      </Big>
      <Big field="target_wait_s" title={t("form.target_wait")} text={t("form.target_wait_text")} value={t("form.seconds", { count: document.target_wait_s })}>
        <Slider
          min={1}
          max={60}
          value={document.target_wait_s}
          marks={{ 1: "1", 10: "10", 20: "20", 30: "30", 45: "45", 60: "60 s" }}
          tooltip={{ open: false }}
          aria-label={t("form.target_wait")}
          onChange={(value: number) => set(["target_wait_s"], value)}
        />
      </Big>
    </section>
  );
}

function First() {
  const { t, w, pick } = useCampaignSpeech();
  const { document, set, choices } = useFormDesk();
  return (
    <section className="panel form-first">
      <Row field="name" label={t("form.campaign_name")}>
        <Input value={document.name} maxLength={200} autoFocus={document.name === ""} aria-label={t("form.campaign_name")} onChange={(event) => set(["name"], event.target.value)} data-testid="campaign-name" />
      </Row>
      <Row field="mode" label={t("list.mode")} hint={w("mode_text", document.mode)}>
        <Select value={document.mode} aria-label={t("list.mode")} options={modes.map((value) => ({ value, label: w("mode", value) }))} onChange={(value) => set(["mode"], value)} />
      </Row>
      {document.mode === "agentless" ? (
        <Row field="flow" label={t("form.flow")} hint={t("form.flow_text")}>
          <Select
            showSearch
            value={document.flow || undefined}
            aria-label={t("form.flow")}
            placeholder={t("form.choose")}
            options={choices.flows.map((one) => ({ value: one.id, label: pick(one.name, one.id) }))}
            onChange={(value) => set(["flow"], value)}
          />
        </Row>
      ) : (
        <Row field="queue" label={t("col.queue")} hint={t("form.queue_text")}>
          <Select
            showSearch
            value={document.queue || undefined}
            aria-label={t("col.queue")}
            placeholder={t("form.choose")}
            options={choices.queues.map((one) => ({ value: one.id, label: pick(one.name, one.id) }))}
            onChange={(value) => set(["queue"], value)}
          />
        </Row>
      )}
      <Row field="rules" label={t("form.rules")} hint={t("form.rules_text")}>
        <Select value={document.rules} aria-label={t("form.rules")} options={choices.rules.map((one) => ({ value: one.id, label: pick(one.name, one.id) }))} onChange={(value) => set(["rules"], value)} />
      </Row>
    </section>
  );
}

function Form({ view, choices, onSaved }: { view: CampaignView | null; choices: CampaignChoices; onSaved: (view: CampaignView) => void }) {
  const { t, pick } = useCampaignSpeech();
  const problemOf = useProblem();
  const [confirm, holder] = useQuestion();
  const first = useMemo(() => complete(view?.document ?? { ...choices.defaults, id: "", name: "" }), [view, choices]);
  const [document, setDocument] = useState<Full>(first);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const [more, setMore] = useState(false);
  const found = useChecked(document);
  const set = useCallback((path: Path, value: unknown) => setDocument((old) => put(old, path, value)), []);
  const changed = document !== first;
  // Nobody is told what is wrong with what he has not begun.
  const problems = useMemo(() => (view === null && !changed ? [] : found), [view, changed, found]);
  const nameless = oneLine(document.name) === "";
  useEffect(() => {
    if (!changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [changed]);

  const desk = useMemo<FormDesk>(() => ({ document, set, choices, problems }), [document, set, choices, problems]);
  const inMore = problemsElsewhere(problems, FIRST);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const save = async () => {
    setBusy(true);
    setFailed("");
    const said = { ...document, name: oneLine(document.name) };
    try {
      onSaved(view ? await campaignsApi.change(view.id, view.rev, said) : await campaignsApi.create(said));
    } catch (error) {
      const overtaken = error instanceof ApiError && error.status === 409;
      setFailed(overtaken ? t("form.overtaken") : problemOf(error));
      setBusy(false);
    }
  };
  const remove = () =>
    confirm({
      title: t("form.remove_sure"),
      okText: t("form.remove"),
      okButtonProps: { danger: true },
      onOk: () => campaignsApi.remove(view?.id ?? "").then(() => navigate(pathOfList), (error: unknown) => setFailed(problemOf(error))),
    });
  return (
    <FormContext value={desk}>
      <div className="campaign-form scroll" data-testid="campaign-form">
        {holder}
        {view === null && <h2 className="form-title">{t("list.new")}</h2>}
        <First />
        <TwoThings />
        <button type="button" className="more-toggle" aria-expanded={more} onClick={() => setMore(!more)} data-testid="form-more">
          <Icon name={more ? "down" : "right"} size={14} /> {t("form.more")}
          <span className="quiet">{t("form.more_text")}</span>
          {inMore.length > 0 && !more && (
            <span className={`mark ${inMore.some((one) => one.severity === "error") ? "mark-closed" : "plan-changed"}`}>{t("form.more_problems", { count: inMore.length })}</span>
          )}
        </button>
        {more && <More />}
        {!more && inMore.length > 0 && (
          <ul className="plan-problems short">
            {inMore.slice(0, 5).map((problem, index) => (
              <li key={index} className={`problem-${problem.severity}`}>
                <Icon name="alert" size={14} />
                <span>
                  <span className="mono quiet">
                    <bdi>{problem.field}</bdi>
                  </span>{" "}
                  <bdi>{pick(problem.what)}</bdi> <span className="quiet">{pick(problem.fix)}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
        <Refused text={failed} />
      </div>
      <footer className="form-foot">
        <span className={errors > 0 ? "bad-text" : "quiet"} role="status" data-testid="form-status">
          {nameless ? t("form.name_first") : errors > 0 ? t("form.errors", { count: errors }) : t(view ? "form.save_text" : "form.create_text")}
        </span>
        {view?.state === "draft" && (
          <Button danger icon={<Icon name="trash" size={14} />} onClick={remove} data-testid="campaign-remove">
            {t("form.remove")}
          </Button>
        )}
        <Button onClick={() => navigate(view ? pathOfCampaign(view.id) : pathOfList)}>{t("plan.cancel")}</Button>
        <Button type="primary" loading={busy} disabled={(!changed && view !== null) || nameless} onClick={() => void save()} data-testid="campaign-save">
          {t(view ? "form.save" : "form.create")}
        </Button>
      </footer>
    </FormContext>
  );
}

/** The form with what its fields may name. */
export function CampaignForm({ view, onSaved }: { view: CampaignView | null; onSaved: (view: CampaignView) => void }) {
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.choices(), []));
  if (value === null) return error === null ? <Loading rows={6} /> : <NotLoaded error={error} onAgain={again} />;
  return <Form key={view?.rev ?? 0} view={view} choices={value} onSaved={onSaved} />;
}

export function NewCampaign() {
  return (
    <div className="campaigns">
      <CampaignForm view={null} onSaved={(made) => navigate(pathOfCampaign(made.id, "lists"))} />
    </div>
  );
}

