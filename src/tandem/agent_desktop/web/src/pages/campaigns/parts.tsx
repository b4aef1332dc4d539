// Pieces that the table of campaigns and a campaign's own page share.

import { App, Button, type ButtonProps, Dropdown } from "antd";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useSecond } from "../../clock";
import { useDesk } from "../../desk";
import type { CampaignRow } from "../../generated/live";
import { Dot, type Tone } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { Icon, type IconName } from "../../ui/icons";
import { useQuestion } from "../../ui/useQuestion";
import { useProblem } from "../useProblem";
import { useTimes } from "../zone";
import { type CampaignLine, type CampaignMode, LIMIT_AT, type Verb, barLength, budgetTone, modes, percent, sentenceOf, stateAfter, verbsFor } from "./rows";
import { useCampaignSpeech } from "./speech";

const toneOfState: Record<string, Tone> = { running: "ready", paused: "pause", draining: "busy", draft: "off", stopped: "off", completed: "after" };

export function toneOf(state: string): Tone {
  return toneOfState[state] ?? "off";
}

export function StateMark({ state }: { state: string }) {
  const { w } = useCampaignSpeech();
  return (
    <span className={`campaign-state tone-${toneOf(state)}`} data-state={state}>
      <Dot tone={toneOf(state)} />
      <span className="tone-text">{w("campaign_state", state)}</span>
    </span>
  );
}

/** Abandoned calls against the limit; the limit is the line on the bar. */
export function Budget({ label, ratio, limit, left }: { label: string; ratio: number | null; limit: number; left: number }) {
  const { t } = useCampaignSpeech();
  const tone = budgetTone(ratio, limit);
  const title = t(left >= 0 ? "gauge.budget_left" : "gauge.budget_over", { count: Math.abs(left).toFixed(1), limit: percent(limit) });
  return (
    <span className={`budget budget-${tone}`} title={`${label}: ${title}`}>
      <span className="budget-label quiet">{label}</span>
      <span
        className="budget-bar"
        role="meter"
        aria-label={`${t("gauge.abandoned")}, ${label}`}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={ratio ?? 0}
        aria-valuetext={`${percent(ratio)}; ${title}`}
      >
        <i className="budget-fill" style={{ width: `${barLength(ratio, limit) * 100}%` }} />
        <i className="budget-limit" style={{ left: `${LIMIT_AT * 100}%` }} />
      </span>
      <span className="num budget-value">{percent(ratio)}</span>
    </span>
  );
}

export function Agents({ row }: { row: CampaignRow }) {
  const { t } = useCampaignSpeech();
  const title = t("gauge.agents_title", { idle: row.agents_idle, talking: row.agents_talking, wrapping: row.agents_wrapping });
  return (
    <span className="agents num" title={title} aria-label={title}>
      <span>
        <Dot tone="ready" />
        {row.agents_idle}
      </span>
      <span>
        <Dot tone="busy" />
        {row.agents_talking}
      </span>
      <span>
        <Dot tone="after" />
        {row.agents_wrapping}
      </span>
    </span>
  );
}

export function Ends({ at, zone }: { at: number | null; zone?: string | undefined }) {
  const { named } = useTimes(zone);
  useSecond();
  return <span className="num">{at === null ? "–" : named(at)}</span>;
}

/** Why it dials or does not, in one sentence; of a campaign without a row, what changed it. */
export function Sentence({ line, cut = true }: { line: CampaignLine; cut?: boolean }) {
  const { pick } = useCampaignSpeech();
  const said = sentenceOf(line.row);
  const text = said ? pick(said.text) : line.why;
  if (!text) return null;
  return (
    <span className={`campaign-sentence ${said?.stuck ? "stuck" : ""} ${cut ? "cut" : ""}`} title={cut ? text : undefined} data-testid="campaign-why">
      <bdi>{text}</bdi>
    </span>
  );
}

/** What is pressed here, or in a question asked from here, does not open the row around it; Esc goes on to the dialog. */
const ownEvents = {
  onClick: (event: MouseEvent) => event.stopPropagation(),
  onKeyDown: (event: KeyboardEvent) => {
    if (event.key !== "Escape") event.stopPropagation();
  },
};

const iconOf: Record<Verb, IconName> = { start: "play", pause: "pause", drain: "drain", stop: "stop" };

/** Before a campaign ends its day: today is over the limit until more people have answered. */
function OverLimit({ row }: { row: CampaignRow }) {
  const { t } = useCampaignSpeech();
  return (
    <div data-testid="over-limit">
      <p>{t("over.today", { ratio: percent(row.abandon_ratio_today), limit: percent(row.abandon_limit), count: row.answers_owed ?? 0 })}</p>
      <p className="quiet">{t("over.text")}</p>
    </div>
  );
}

/** Start, pause, drain, stop: one click, what cannot be done is not there. What ends a day over the limit asks first. */
export function Control({ line, onDone, words = false }: { line: { id: string; state: string; row: CampaignRow | null }; onDone: () => void; words?: boolean }) {
  const { t, pick } = useCampaignSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const [busy, setBusy] = useState<Verb | null>(null);
  const [confirm, holder] = useQuestion();
  if (!mayChange) return null;
  const ask = (verb: Verb, row: CampaignRow) =>
    confirm({
      title: t("over.title", { verb: t(`verb.${verb}`) }),
      content: <OverLimit row={row} />,
      okText: t("over.sure", { verb: t(`verb.${verb}`) }),
      okButtonProps: { danger: true, "data-testid": "over-limit-sure" } as ButtonProps,
      cancelText: t("over.go_on"),
      onOk: () => press(verb),
    });
  const press = async (verb: Verb) => {
    setBusy(verb);
    try {
      const { warning } = await campaignsApi.setState(line.id, stateAfter[verb]);
      if (verb === "pause" && warning && Object.keys(warning).length > 0) message.warning({ content: pick(warning), key: `campaign-${line.id}`, duration: 10 });
      onDone();
    } catch (error) {
      message.error({ content: problemOf(error), key: `campaign-${line.id}` });
    } finally {
      setBusy(null);
    }
  };
  return (
    <span className="campaign-control" role="group" aria-label={t("control.label")} {...ownEvents}>
      {holder}
      {verbsFor(line.state).map((verb) => (
        <Hint key={verb} text={t(`verb_text.${verb}`)}>
          <Button
            size={words ? "middle" : "small"}
            type={verb === "start" ? "primary" : "default"}
            ghost={verb === "start" && !words}
            danger={verb === "stop"}
            aria-label={t(`verb.${verb}`)}
            icon={<Icon name={iconOf[verb]} size={14} />}
            loading={busy === verb}
            disabled={busy !== null && busy !== verb}
            onClick={() => ((verb === "stop" || verb === "drain") && line.row?.answers_owed ? ask(verb, line.row) : void press(verb))}
            data-testid={`campaign-${verb}`}
          >
            {words ? t(`verb.${verb}`) : null}
          </Button>
        </Hint>
      ))}
    </span>
  );
}

/** The mode as a button; another is one click, and one more while it dials. */
export function ModeSwitch({ line, onDone }: { line: CampaignLine; onDone: () => void }) {
  const { t, w } = useCampaignSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const [confirm, holder] = useQuestion();
  const byRule = line.mode !== line.modeSet;
  const label = (
    <span className="cell-line" title={byRule ? t("gauge.mode_by_rule", { mode: w("mode", line.modeSet) }) : undefined}>
      {w("mode", line.mode)}
      {byRule && <Icon name="wand" size={13} />}
    </span>
  );
  if (!mayChange) return label;
  const set = async (mode: CampaignMode) => {
    try {
      await campaignsApi.setMode(line.id, mode);
      onDone();
    } catch (error) {
      message.error({ content: problemOf(error), key: `campaign-${line.id}` });
    }
  };
  const choose = (mode: CampaignMode) => {
    if (mode === line.modeSet) return;
    if (line.state !== "running") {
      void set(mode);
      return;
    }
    confirm({
      title: t("mode.sure", { mode: w("mode", mode) }),
      content: (
        <div className="mode-sure">
          <p>{w("mode_text", mode)}</p>
          <p className="quiet">{t("mode.sure_text")}</p>
        </div>
      ),
      okText: t("mode.switch"),
      okButtonProps: { "data-testid": "mode-sure" } as ButtonProps,
      onOk: () => set(mode),
    });
  };
  return (
    <span {...ownEvents}>
      {holder}
      <Dropdown
        trigger={["click"]}
        menu={{
          selectable: true,
          selectedKeys: [line.modeSet],
          items: modes.map((mode) => ({
            key: mode,
            label: (
              <span className="mode-choice">
                <b>{w("mode", mode)}</b>
                <span className="quiet small">{w("mode_text", mode)}</span>
              </span>
            ),
            "data-testid": `mode-${mode}`,
          })),
          onClick: ({ key }) => choose(key as CampaignMode),
        }}
      >
        <button type="button" className="mode-button" data-testid="campaign-mode" data-mode={line.mode}>
          {label}
          <Icon name="down" size={11} />
        </button>
      </Dropdown>
    </span>
  );
}

/** A number with its name, large. */
export function Gauge({ label, children, note, tone = "" }: { label: string; children: ReactNode; note?: ReactNode; tone?: string }) {
  return (
    <div className={`gauge ${tone}`}>
      <dt>{label}</dt>
      <dd>{children}</dd>
      {note !== undefined && <dd className="gauge-note quiet small">{note}</dd>}
    </div>
  );
}
