// The routing plan: as a form, as text, and its versions; nothing counts until it is applied.

import { App, Button, Segmented } from "antd";
import { useCallback, useEffect, useState } from "react";
import { serverNow } from "../clock";
import { useDesk } from "../desk";
import type { ClosureView, RoutingPlan } from "../generated/rest";
import { moment } from "../format";
import { useSpeech } from "../i18n";
import { routingApi } from "../routingApi";
import { Loading, Name, Nothing, Panel } from "../ui/bits";
import { Icon } from "../ui/icons";
import { useQuestion } from "../ui/useQuestion";
import { NotLoaded, Refused } from "./notices";
import { AgentMatrix } from "./routing/AgentMatrix";
import { CallingForm } from "./routing/CallingForm";
import { ClosureButton } from "./routing/ClosureButton";
import { HoursForms } from "./routing/HoursForms";
import { PreviewDialog } from "./routing/PreviewDialog";
import { Problems } from "./routing/Problems";
import { QueueForms } from "./routing/QueueForms";
import { ShiftForms } from "./routing/ShiftForms";
import { TextView } from "./routing/TextView";
import { Versions } from "./routing/Versions";
import { type Draft, useDraft } from "./routing/useDraft";
import { useLoaded } from "./useLoaded";
import "../styles/shifts.css";

type View = "queues" | "agents" | "hours" | "shifts" | "calling" | "text" | "versions";

function Standing({ draft }: { draft: Draft }) {
  const { t, lang } = useSpeech();
  const errors = draft.problems.filter((problem) => problem.severity === "error").length;
  const warnings = draft.problems.length - errors;
  return (
    <div className="plan-standing" role="status">
      <span className="quiet">
        {t("plan.version", { version: draft.base.version })} · <Name>{draft.base.created_by}</Name> ·{" "}
        {moment(draft.base.created_at, serverNow(), lang)}
      </span>
      {draft.changed && <span className="mark plan-changed">{t("plan.changed")}</span>}
      {draft.checking ? (
        <span className="quiet">{t("plan.checking")}</span>
      ) : errors > 0 ? (
        <span className="plan-count bad-text" data-testid="plan-errors">
          <Icon name="alert" size={13} /> {t("plan.errors", { count: errors })}
        </span>
      ) : warnings > 0 ? (
        <span className="plan-count warn-text">
          <Icon name="alert" size={13} /> {t("plan.warnings", { count: warnings })}
        </span>
      ) : (
        <span className="plan-count good-text">
          <Icon name="check" size={13} /> {t("plan.fine")}
        </span>
      )}
    </div>
  );
}

function Unreadable({ onText }: { onText: () => void }) {
  const { t } = useSpeech();
  return (
    <Nothing icon="alert" title={t("plan.no_form")}>
      <p>{t("plan.no_form_text")}</p>
      <button type="button" className="link" onClick={onText}>
        {t("plan.to_text")}
      </button>
    </Nothing>
  );
}

function Editor({ plan, onAgain }: { plan: RoutingPlan; onAgain: () => void }) {
  const { t, pick } = useSpeech();
  const { message } = App.useApp();
  const mayChange = useDesk().me.may.includes("change_routing");
  const draft = useDraft(plan);
  const [view, setView] = useState<View>("queues");
  const [preview, setPreview] = useState<string | null>(null);
  const [closures, setClosures] = useState<readonly ClosureView[]>(plan.closures);
  const [line, setLine] = useState<number | null>(null);
  const [confirm, holder] = useQuestion();
  const errors = draft.problems.some((problem) => problem.severity === "error");
  const refused = draft.refused && (typeof draft.refused === "string" ? draft.refused : t("plan.refused_why", { what: pick(draft.refused.what), fix: pick(draft.refused.fix) }));

  useEffect(() => {
    if (!draft.changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [draft.changed]);

  // What can be undone is undone by its button when one comes back; the message must not cover other pages.
  useEffect(() => () => message.destroy(), [message]);

  const goTo = (target: number) => {
    setView("text");
    setLine(target);
  };
  const discard = () =>
    confirm({
      title: t("plan.discard_sure"),
      okText: t("plan.discard"),
      okButtonProps: { danger: true },
      onOk: onAgain,
    });
  const applied = (next: RoutingPlan) => {
    setPreview(null);
    draft.rebase(next, { keepText: false });
    message.success(t("plan.applied", { version: next.version }));
  };
  return (
    <div className="routing">
      {holder}
      <header className="routing-bar">
        <Segmented<View>
          value={view}
          onChange={setView}
          options={(["queues", "agents", "hours", "shifts", "calling", "text", "versions"] as const).map((value) => ({
            value,
            label: <span data-testid={`plan-${value}`}>{t(`plan.view_${value}`)}</span>,
          }))}
        />
        <Standing draft={draft} />
        <div className="routing-actions">
          {mayChange && <ClosureButton queue={null} name="" closures={closures} onChange={setClosures} />}
          <Button
            icon={<Icon name="undo" size={14} />}
            disabled={!draft.canUndo}
            onClick={draft.undo}
            aria-label={t("plan.undo")}
            title={t("plan.undo")}
            data-testid="plan-undo"
          />
          <Button disabled={!draft.changed} onClick={discard} data-testid="plan-discard">
            {t("plan.discard")}
          </Button>
          {mayChange && (
            <Button
              type="primary"
              disabled={!draft.changed || errors || draft.checking}
              onClick={() => void draft.settled().then(setPreview)}
              data-testid="plan-preview"
            >
              {t("plan.preview")}
            </Button>
          )}
        </div>
      </header>
      <Refused text={refused} />
      {view !== "text" && view !== "versions" && /^\s*#/m.test(draft.text) && (
        <p className="quiet small">{t("plan.comments")}</p>
      )}
      {view !== "text" && view !== "versions" && <Problems problems={draft.problems} onLine={goTo} short />}
      {view === "queues" &&
        (draft.form ? (
          <QueueForms form={draft.form} edit={draft.edit} closures={closures} onClosures={setClosures} />
        ) : (
          <Unreadable onText={() => setView("text")} />
        ))}
      {view === "agents" &&
        (draft.form ? (
          <AgentMatrix form={draft.form} edit={draft.edit} />
        ) : (
          <Unreadable onText={() => setView("text")} />
        ))}
      {view === "hours" &&
        (draft.form ? (
          <HoursForms form={draft.form} edit={draft.edit} />
        ) : (
          <Unreadable onText={() => setView("text")} />
        ))}
      {view === "shifts" &&
        (draft.form ? (
          <ShiftForms form={draft.form} edit={draft.edit} problems={draft.problems} refused={draft.refused} refusedAt={draft.refusedAt} />
        ) : (
          <Unreadable onText={() => setView("text")} />
        ))}
      {view === "calling" &&
        (draft.form ? (
          <CallingForm form={draft.form} edit={draft.edit} />
        ) : (
          <Unreadable onText={() => setView("text")} />
        ))}
      {view === "text" && (
        <TextView text={draft.text} problems={draft.problems} onChange={draft.setText} line={line} onLine={setLine} />
      )}
      {view === "versions" && (
        <Versions
          current={draft.base}
          text={draft.text}
          onTake={(text) => {
            draft.setText(text);
            setView("text");
          }}
        />
      )}
      {preview !== null && (
        <PreviewDialog
          text={preview}
          base={draft.base}
          onClose={() => setPreview(null)}
          onApplied={applied}
          onOvertaken={(next) => draft.rebase(next, { keepText: true })}
        />
      )}
    </div>
  );
}

export default function RoutingPage() {
  const { value, error, again } = useLoaded(useCallback(() => routingApi.plan(), []));
  const [round, setRound] = useState(0);
  if (value === null) {
    if (error === null) return <Loading rows={8} />;
    return (
      <Panel className="fill">
        <NotLoaded error={error} onAgain={again} />
      </Panel>
    );
  }
  return (
    <Editor
      key={`${value.version}-${round}`}
      plan={value}
      onAgain={() => {
        setRound(round + 1);
        again();
      }}
    />
  );
}
