// One contact: number by number whether he may be called now and why not, every attempt and what led to it.

import { App, Button, Drawer, Select } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { serverNow } from "../../clock";
import { useDesk, useDeskState } from "../../desk";
import { duration, phoneNumber } from "../../format";
import type { AttemptLine, GateVerdict, LeadDetail } from "../../generated/rest";
import { useAgentName, useNames } from "../../names";
import { oneLine } from "../../text";
import { Field, ListFields, Loading, Name } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { inputIn, zoneOf } from "../../zones";
import { useSaving } from "../FormDialog";
import { NotLoaded, Refused } from "../notices";
import { momentAhead, MomentField, NoteField } from "../promises/MomentField";
import { useProblem } from "../useProblem";
import { useTimes } from "../zone";
import { useCampaignSpeech } from "./speech";

/** Values of these names are codes, for which there are words in this group. */
const CODES: Readonly<Record<string, string>> = { state: "campaign_state", where: "dnc_scope", whose: "whose" };
/** The same where a rule means something else by a name: whose contact is over is so by the contact's state. */
const CODES_OF_RULE: Readonly<Record<string, Readonly<Record<string, string>>>> = { over: { state: "lead_state" } };

/** What a rule was held against, as the gate (`rule`) or the pacing wrote it. */
export function Evidence({ evidence, rule = "" }: { evidence: Record<string, unknown>; rule?: string }) {
  const { w } = useCampaignSpeech();
  const { seconds, place } = useTimes();
  const entries = Object.entries(evidence);
  if (entries.length === 0) return null;
  const isMoment = (key: string, value: unknown): value is number => typeof value === "number" && value > 1e9 && /(^|_)at$/.test(key);
  const said = (key: string, value: unknown) => {
    if (isMoment(key, value)) return `${seconds(value)} ${place}`;
    if (typeof value === "number") return String(Math.round(value * 1000) / 1000);
    if (typeof value !== "string") return JSON.stringify(value);
    const group = CODES_OF_RULE[rule]?.[key] ?? CODES[key];
    return group ? w(group, value) : value;
  };
  return (
    <dl className="evidence">
      {entries.map(([key, value]) => (
        <div key={key}>
          <dt>{w("evidence", key)}</dt>
          <dd>
            <bdi>{said(key, value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Verdict({ verdict, open = false }: { verdict: GateVerdict; open?: boolean }) {
  const { t, w, pick } = useCampaignSpeech();
  const { named } = useTimes(verdict.zone);
  return (
    <div className={`verdict ${verdict.allowed ? "allowed" : "refused"}`} data-testid="verdict" data-rule={verdict.rule}>
      <p>
        <Icon name={verdict.allowed ? "check" : "forbid"} size={14} /> <b>{w("gate", verdict.rule)}</b>
        {verdict.again_at !== null && <span className="mark num">{t("lead.asked_again", { time: named(verdict.again_at) })}</span>}
      </p>
      <p>
        <bdi>{pick(verdict.text)}</bdi>
      </p>
      {open && <Evidence evidence={verdict.evidence} rule={verdict.rule} />}
    </div>
  );
}

function Attempt({ attempt }: { attempt: AttemptLine }) {
  const { t, w, pick } = useCampaignSpeech();
  const { named, seconds, place } = useTimes();
  const names = useNames();
  const nameOf = useAgentName();
  const [open, setOpen] = useState(false);
  const rang = attempt.ringing_at === null ? null : (attempt.answered_at ?? attempt.ended_at ?? serverNow()) - attempt.ringing_at;
  return (
    <li className="attempt" data-testid="attempt">
      <button type="button" className="attempt-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} size={11} />
        <span className="num quiet">{attempt.number_of}</span>
        <span className="num">{named(attempt.at)}</span>
        <span className="num">
          <bdi>{phoneNumber(attempt.number)}</bdi>
        </span>
        <span className={`outcome outcome-${attempt.result === "talked" ? "answered" : attempt.result === "abandoned" ? "rejected" : attempt.result === null ? "open" : "none"}`}>
          {attempt.result === null ? t("lead.under_way") : w("result", attempt.result)}
        </span>
        {attempt.agent && (
          <span className="quiet">
            <Name>{nameOf(attempt.agent)}</Name>
          </span>
        )}
      </button>
      {open && (
        <div className="attempt-more">
          <dl className="facts">
            <div>
              <dt>{t("lead.dialled_at")}</dt>
              <dd className="num">{`${seconds(attempt.at)} ${place}`}</dd>
            </div>
            <div>
              <dt>{t("lead.rang")}</dt>
              <dd className="num">{rang === null ? "–" : `${rang.toFixed(1)} s`}</dd>
            </div>
            {attempt.answered_at !== null && attempt.connected_at !== null && (
              <div>
                <dt>{t("lead.agent_after")}</dt>
                <dd className="num">{`${(attempt.connected_at - attempt.answered_at).toFixed(2)} s`}</dd>
              </div>
            )}
            {attempt.message_at !== null && attempt.answered_at !== null && (
              <div>
                <dt>{t("lead.message_after")}</dt>
                <dd className="num">{`${(attempt.message_at - attempt.answered_at).toFixed(2)} s`}</dd>
              </div>
            )}
            {attempt.connected_at !== null && attempt.ended_at !== null && (
              <div>
                <dt>{t("col.talk")}</dt>
                <dd className="num">{duration(attempt.ended_at - attempt.connected_at)}</dd>
              </div>
            )}
            <div>
              <dt>{t("lead.caller_id")}</dt>
              <dd className="num">
                <bdi>{phoneNumber(attempt.caller_id)}</bdi>
              </dd>
            </div>
            <div>
              <dt>{t("list.mode")}</dt>
              <dd>
                {w("mode", attempt.mode)}
                {attempt.reserved && <span className="quiet"> · {t("lead.reserved")}</span>}
              </dd>
            </div>
            {attempt.machine && (
              <div>
                <dt>{t("lead.heard")}</dt>
                <dd>
                  {w("heard", attempt.machine)}
                  {attempt.machine_why && (
                    <span className="quiet">
                      {" "}
                      · <bdi className="mono">{attempt.machine_why}</bdi>
                      {attempt.machine_s !== null && ` · ${t("form.seconds", { count: attempt.machine_s.toFixed(1) })}`}
                    </span>
                  )}
                </dd>
              </div>
            )}
            {attempt.disposition && (
              <div>
                <dt>{t("wrap.disposition")}</dt>
                <dd>
                  <Name>{names.disposition(attempt.disposition)}</Name>
                </dd>
              </div>
            )}
            {attempt.cause && (
              <div>
                <dt>{t("lead.cause")}</dt>
                <dd>{w("cause", attempt.cause)}</dd>
              </div>
            )}
          </dl>
          {pick(attempt.pacing) && (
            <p className="why-sentence">
              <bdi>{pick(attempt.pacing)}</bdi>
            </p>
          )}
          {attempt.gate && <Verdict verdict={attempt.gate} open />}
        </div>
      )}
    </li>
  );
}

function PromiseForm({ detail, onDone }: { detail: LeadDetail; onDone: (detail: LeadDetail) => void }) {
  const { t } = useCampaignSpeech();
  const zones = detail.zone || (detail.numbers[0]?.zone ?? "");
  const [when, setWhen] = useState(() => inputIn(zoneOf(zones).zone, serverNow() + 86_400));
  const [agent, setAgent] = useState<string | null>(null);
  const seats = useDeskState((state) => state.live.board?.seats ?? null);
  const agents = useMemo(
    () => [...(seats?.values() ?? [])].map(({ login, name }) => ({ value: login, label: name || login })).sort((a, b) => a.label.localeCompare(b.label)),
    [seats],
  );
  const [note, setNote] = useState("");
  const { busy, failed, save } = useSaving();
  const at = momentAhead(zones, when);
  const promise = () => {
    if (at === null) return;
    void save(async () => onDone(await campaignsApi.leadCallback(detail.lead.id, { at, agent, note: oneLine(note) })));
  };
  return (
    <div className="promise-form">
      <MomentField zones={zones} value={when} onChange={setWhen} onEnter={promise} testId="lead-callback-at" />
      <Field label={t("again.who")}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          value={agent}
          options={agents}
          loading={seats === null}
          notFoundContent={seats === null ? t("loading") : undefined}
          placeholder={t("again.team")}
          aria-label={t("again.who")}
          data-testid="lead-callback-agent"
          onChange={(login?: string) => setAgent(login ?? null)}
        />
      </Field>
      <NoteField value={note} onChange={setNote} onEnter={promise} testId="lead-callback-note" />
      <Button type="primary" loading={busy} disabled={at === null} onClick={promise} data-testid="lead-callback-save">
        {t("again.save")}
      </Button>
      <Refused text={failed} />
    </div>
  );
}

/** States out of which a contact can be taken again by hand. */
const OVER: ReadonlySet<string> = new Set(["success", "done", "exhausted", "invalid"]);

function Detail({ detail, onChanged }: { detail: LeadDetail; onChanged: (detail: LeadDetail) => void }) {
  const { t, w, pick } = useCampaignSpeech();
  const { named } = useTimes();
  const nameOf = useAgentName();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const [promising, setPromising] = useState(false);
  const { lead } = detail;
  const fields = Object.entries(detail.fields);
  const again = () =>
    void campaignsApi.leadAgain(lead.id).then(onChanged, (error: unknown) => message.error({ content: problemOf(error), key: `lead-${lead.id}` }));
  return (
    <div className="call-detail lead-detail" data-testid="lead-detail" data-lead={lead.id}>
      <header>
        <h2>
          <Name>{lead.name || t("card.no_name")}</Name>
        </h2>
        <span className="mark">{w("lead_state", lead.state)}</span>
      </header>
      <section>
        <h3>{t("lead.now")}</h3>
        <Verdict verdict={lead.verdict} open />
        {pick(detail.why) && (
          <p className="quiet">
            <bdi>{pick(detail.why)}</bdi>
          </p>
        )}
        {lead.callback_at !== null && (
          <p className="callback-line">
            <Icon name="callback" size={14} /> {t("lead.promised", { time: named(lead.callback_at) })}{" "}
            {lead.callback_agent ? <Name>{nameOf(lead.callback_agent)}</Name> : t("again.team")}
            {detail.callback_note && (
              <span className="quiet">
                {" "}
                <bdi>{detail.callback_note}</bdi>
              </span>
            )}
          </p>
        )}
        {mayChange && (
          <p className="lead-actions">
            <Button size="small" icon={<Icon name="calendar" size={13} />} onClick={() => setPromising(!promising)} aria-expanded={promising} data-testid="lead-callback">
              {t("lead.promise")}
            </Button>
            {OVER.has(lead.state) && (
              <Button size="small" icon={<Icon name="redo" size={13} />} onClick={again} data-testid="lead-again">
                {t("lead.dial_again")}
              </Button>
            )}
          </p>
        )}
        {promising && (
          <PromiseForm
            detail={detail}
            onDone={(changed) => {
              setPromising(false);
              onChanged(changed);
            }}
          />
        )}
      </section>
      <section>
        <h3>{t("card.numbers")}</h3>
        <ul className="lead-numbers">
          {detail.numbers.map((one) => (
            <li key={one.number}>
              <p className="cell-line">
                <b className="num">
                  <bdi>{phoneNumber(one.number)}</bdi>
                </b>
                {one.kind && <span className="mark">{w("number_kind", one.kind)}</span>}
                {one.local_time && <span className="quiet num">{t("card.local_time", { time: one.local_time })}</span>}
                <span className="quiet small">
                  <Name>{one.zone}</Name>
                </span>
                <span className="quiet small">{t("lead.dialled_times", { count: one.attempts })}</span>
              </p>
              <p className={one.verdict.allowed ? "good-text small" : "small"}>
                <bdi>{pick(one.verdict.text, one.verdict.rule)}</bdi>
              </p>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h3>{t("lead.attempts_count", { count: detail.attempts.length })}</h3>
        {detail.attempts.length === 0 && <p className="quiet">{t("lead.no_attempts")}</p>}
        <ol className="attempts">
          {detail.attempts.map((attempt) => (
            <Attempt key={attempt.id} attempt={attempt} />
          ))}
        </ol>
      </section>
      {fields.length > 0 && (
        <section className="card-fields">
          <h3>{t("card.fields")}</h3>
          <ListFields fields={fields} />
        </section>
      )}
    </div>
  );
}

export function LeadPanel({ id, onClose, onChanged }: { id: string | null; onClose: () => void; onChanged: () => void }) {
  const { t } = useCampaignSpeech();
  const [detail, setDetail] = useState<LeadDetail | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((old) => old + 1), []);
  useEffect(() => {
    if (id === null) return;
    const controller = new AbortController();
    setDetail((old) => (old?.lead.id === id ? old : null));
    setError(null);
    campaignsApi.lead(id, controller.signal).then(setDetail, (problem: unknown) => {
      if (!controller.signal.aborted) setError(problem);
    });
    return () => controller.abort();
  }, [id, turn]);
  return (
    <Drawer open={id !== null} onClose={onClose} size={580} title={t("lead.contact")} mask={false} rootClassName="call-drawer" destroyOnHidden focusable={{ trap: false }}>
      {detail !== null ? (
        <Detail
          key={detail.lead.id}
          detail={detail}
          onChanged={(changed) => {
            setDetail(changed);
            onChanged();
          }}
        />
      ) : error !== null ? (
        <NotLoaded error={error} onAgain={again} />
      ) : (
        <Loading rows={8} />
      )}
    </Drawer>
  );
}
