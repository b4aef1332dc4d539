// Another moment for a call that was promised, in the time of who is called.

import { AutoComplete, Button, Input, Modal, Select } from "antd";
import { useEffect, useState } from "react";
import { api } from "../../api";
import { campaignsApi } from "../../campaignsApi";
import { serverNow, useSecond } from "../../clock";
import { useDesk } from "../../desk";
import type { PromisedCall } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { oneLine } from "../../text";
import { useDialog } from "../../ui/useActions";
import { inputIn, momentIn, timeIn, zoneOf } from "../../zones";
import { Field } from "../routing/fields";
import { useProblem } from "../useProblem";

const QUICK = [
  { key: "again.in_hour", after_s: 3_600 },
  { key: "again.in_three", after_s: 10_800 },
  { key: "again.tomorrow", after_s: 86_400 },
] as const;

const TEAM = "";

/** Those who are at work, for who may give the call to anybody: others are named by their log-in. */
function useAgents(all: boolean): { value: string; label: string }[] {
  const [agents, setAgents] = useState<{ value: string; label: string }[]>([]);
  useEffect(() => {
    if (!all) return;
    let gone = false;
    api.transferTargets().then(
      (targets) => {
        if (!gone) setAgents(targets.agents.map((agent) => ({ value: agent.login, label: agent.name ? `${agent.name} (${agent.login})` : agent.login })));
      },
      // The call can still be moved, and given to the team.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [all]);
  return agents;
}

/** By whom the call is to be made: an agent keeps his own or gives it to the team, who supervises gives it to anybody. */
function Caller({ one, agent, onChange }: { one: PromisedCall; agent: string; onChange: (agent: string) => void }) {
  const { t } = useSpeech();
  const { me } = useDesk();
  const all = me.user.role !== "agent";
  const agents = useAgents(all && me.may.includes("read_transfer_targets"));
  if (!all && one.agent === null) return null;
  return (
    <Field label={t("again.who")}>
      {all ? (
        <AutoComplete
          value={agent}
          options={agents}
          allowClear
          placeholder={t("again.team")}
          aria-label={t("again.who")}
          data-testid="promise-agent"
          showSearch={{ filterOption: (text, option) => `${option?.label}`.toLowerCase().includes(text.toLowerCase()) }}
          onChange={(next: string | undefined) => onChange((next ?? TEAM).trim())}
        />
      ) : (
        <Select
          value={agent}
          options={[
            { value: one.agent ?? TEAM, label: one.agent === me.user.login ? t("again.personal") : one.agent },
            { value: TEAM, label: t("again.team") },
          ]}
          aria-label={t("again.who")}
          data-testid="promise-agent"
          onChange={onChange}
        />
      )}
    </Field>
  );
}

export function MoveDialog({ one, onClose, onDone }: { one: PromisedCall; onClose: () => void; onDone: () => void }) {
  const { t } = useSpeech();
  const problemOf = useProblem();
  const { zone, own } = zoneOf(one.zone);
  const [when, setWhen] = useState(() => inputIn(zone, Math.max(one.at, serverNow() + 3_600)));
  const [note, setNote] = useState(one.note);
  const [agent, setAgent] = useState(one.agent ?? TEAM);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  useDialog(true);
  useSecond();

  const at = momentIn(zone, when);
  const problem = at === null ? t("again.gap") : at <= serverNow() ? t("again.past") : "";
  const save = async () => {
    if (at === null || problem) return;
    setBusy(true);
    setFailed("");
    try {
      await campaignsApi.movePromise(one.id, { at, note: oneLine(note), agent: agent === (one.agent ?? TEAM) ? null : agent });
      onDone();
    } catch (error) {
      setFailed(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("promise.move_title")}
      onCancel={onClose}
      width={460}
      footer={[
        <Button key="no" onClick={onClose}>
          {t("plan.cancel")}
        </Button>,
        <Button key="yes" type="primary" loading={busy} disabled={problem !== ""} onClick={() => void save()} data-testid="promise-save">
          {t("promise.move")}
        </Button>,
      ]}
    >
      <div className="again-form">
        <Field label={t("again.when")} hint={problem || (own ? t("again.own_zone") : t("again.zone", { zone, time: timeIn(zone, serverNow()) }))}>
          <Input
            autoFocus
            type="datetime-local"
            value={when}
            status={problem ? "error" : ""}
            aria-label={t("again.when")}
            data-testid="promise-at"
            onChange={(event) => setWhen(event.target.value)}
            onPressEnter={() => void save()}
          />
          <span className="form-line">
            {QUICK.map(({ key, after_s }) => (
              <Button key={key} size="small" onClick={() => setWhen(inputIn(zone, serverNow() + after_s))}>
                {t(key)}
              </Button>
            ))}
          </span>
        </Field>
        <Caller one={one} agent={agent} onChange={setAgent} />
        <Field label={t("again.note")}>
          <Input value={note} maxLength={200} aria-label={t("again.note")} placeholder={t("again.note_hint")} onChange={(event) => setNote(event.target.value)} onPressEnter={() => void save()} data-testid="promise-note" />
        </Field>
        {failed && (
          <p className="promise-failed" role="alert">
            {failed}
          </p>
        )}
      </div>
    </Modal>
  );
}
