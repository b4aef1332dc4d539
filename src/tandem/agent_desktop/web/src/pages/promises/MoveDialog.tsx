// Another moment for a call that was promised, in the time of who is called.

import { AutoComplete, Select } from "antd";
import { useEffect, useState } from "react";
import { api } from "../../api";
import { campaignsApi } from "../../campaignsApi";
import { serverNow, useSecond } from "../../clock";
import { useDesk } from "../../desk";
import type { PromisedCall } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { oneLine } from "../../text";
import { Field } from "../../ui/bits";
import { inputIn, zoneOf } from "../../zones";
import { FormDialog, useSaving } from "../FormDialog";
import { momentAhead, MomentField, NoteField } from "./MomentField";

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
  const [when, setWhen] = useState(() => inputIn(zoneOf(one.zone).zone, Math.max(one.at, serverNow() + 3_600)));
  const [note, setNote] = useState(one.note);
  const [agent, setAgent] = useState(one.agent ?? TEAM);
  const { busy, failed, save } = useSaving();
  useSecond();

  const at = momentAhead(one.zone, when);
  const move = () => {
    if (at === null) return;
    void save(async () => {
      await campaignsApi.movePromise(one.id, { at, note: oneLine(note), agent: agent === (one.agent ?? TEAM) ? null : agent });
      onDone();
    });
  };
  return (
    <FormDialog title={t("promise.move_title")} okText={t("promise.move")} okTestId="promise-save" busy={busy} ready={at !== null} failed={failed} onSave={move} onClose={onClose}>
      <MomentField zones={one.zone} value={when} onChange={setWhen} onEnter={move} testId="promise-at" />
      <Caller one={one} agent={agent} onChange={setAgent} />
      <NoteField value={note} onChange={setNote} onEnter={move} testId="promise-note" />
    </FormDialog>
  );
}
