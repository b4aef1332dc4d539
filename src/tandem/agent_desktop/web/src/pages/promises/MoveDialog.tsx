// Another moment for a call that was promised, in the time of who is called.

import { Button, Input, Modal, Select } from "antd";
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

/** Who may be to call: the team, who has promised it, and, for who supervises, every agent. */
function useCallers(one: PromisedCall): { value: string; label: string }[] {
  const { t } = useSpeech();
  const { me } = useDesk();
  const [agents, setAgents] = useState<readonly { value: string; label: string }[]>([]);
  const all = me.user.role !== "agent" && me.may.includes("read_transfer_targets");
  useEffect(() => {
    if (!all) return;
    let gone = false;
    api.transferTargets().then(
      (targets) => {
        if (!gone) setAgents(targets.agents.map((agent) => ({ value: agent.login, label: agent.name || agent.login })));
      },
      // The call can still be moved, and given to the team.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [all]);
  const own = one.agent !== null && !agents.some((agent) => agent.value === one.agent) ? [{ value: one.agent, label: one.agent === me.user.login ? t("again.personal") : one.agent }] : [];
  return [{ value: TEAM, label: t("again.team") }, ...own, ...agents];
}

export function MoveDialog({ one, onClose, onDone }: { one: PromisedCall; onClose: () => void; onDone: () => void }) {
  const { t } = useSpeech();
  const problemOf = useProblem();
  const { zone, own } = zoneOf(one.zone);
  const [when, setWhen] = useState(() => inputIn(zone, Math.max(one.at, serverNow() + 3_600)));
  const [note, setNote] = useState(one.note);
  const [agent, setAgent] = useState(one.agent ?? TEAM);
  const callers = useCallers(one);
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
        {callers.length > 1 && (
          <Field label={t("again.who")}>
            <Select value={agent} options={callers} aria-label={t("again.who")} data-testid="promise-agent" showSearch={{ optionFilterProp: "label" }} onChange={setAgent} />
          </Field>
        )}
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
