// Entering who is not to be called: one, many at once; and lifting an entry, with a reason.

import { Button, Input, Modal, Select } from "antd";
import { useMemo, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useDeskState } from "../../desk";
import { phoneNumber } from "../../format";
import type { Forbid, ForbiddenLine, ForbiddenMany } from "../../generated/rest";
import { oneLine } from "../../text";
import { Field } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useDialog } from "../../ui/useActions";
import { FormDialog, useSaving } from "../FormDialog";
import { Refused } from "../notices";
import { readEntries } from "./document";
import { count } from "./rows";
import { useCampaignSpeech } from "./speech";

const MOST_NUMBERS = 50_000;
export const SCOPES = ["global", "campaign", "person"] as const;

export function AddDialog({ onClose, onDone }: { onClose: () => void; onDone: (line: ForbiddenLine) => void }) {
  const { t } = useCampaignSpeech();
  const rows = useDeskState((state) => state.live.campaigns);
  const [scope, setScope] = useState<(typeof SCOPES)[number]>("global");
  const [who, setWho] = useState("");
  const [campaign, setCampaign] = useState<string | null>(null);
  const [until, setUntil] = useState("");
  const { busy, failed, save } = useSaving();
  const text = oneLine(who);
  const can = text !== "" && (scope !== "campaign" || campaign !== null);
  const add = () => {
    if (!can) return;
    const body: Forbid = {
      scope,
      number: scope === "person" ? "" : text,
      person: scope === "person" ? text : "",
      campaign: scope === "campaign" ? campaign : null,
      until: until ? Date.parse(`${until}T00:00`) / 1000 : null,
    };
    void save(async () => onDone(await campaignsApi.forbid(body)));
  };
  return (
    <FormDialog title={t("dnc.add")} okText={t("dnc.save")} okTestId="dnc-save" busy={busy} ready={can} failed={failed} danger onSave={add} onClose={onClose}>
      <Field label={t("dnc.scope")}>
        <Select value={scope} aria-label={t("dnc.scope")} options={SCOPES.map((value) => ({ value, label: t(`mark.scope_${value}`) }))} onChange={setScope} />
      </Field>
      <Field label={t(scope === "person" ? "dnc.person" : "customer.number")} {...(scope === "person" ? { hint: t("dnc.person_text") } : {})}>
        <Input autoFocus value={who} maxLength={100} aria-label={t("customer.number")} onChange={(event) => setWho(event.target.value)} onPressEnter={add} data-testid="dnc-number" />
      </Field>
      {scope === "campaign" && (
        <Field label={t("list.campaign")}>
          <Select showSearch optionFilterProp="label" value={campaign} placeholder={t("form.choose")} aria-label={t("list.campaign")} options={[...(rows?.values() ?? [])].map((row) => ({ value: row.id, label: row.name }))} onChange={setCampaign} />
        </Field>
      )}
      <Field label={t("dnc.until")} hint={t("dnc.until_text")}>
        <Input type="date" value={until} aria-label={t("dnc.until")} onChange={(event) => setUntil(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

export function LiftDialog({ entry, onClose, onDone }: { entry: ForbiddenLine; onClose: () => void; onDone: () => void }) {
  const { t } = useCampaignSpeech();
  const [reason, setReason] = useState("");
  const { busy, failed, save } = useSaving();
  const said = oneLine(reason);
  const lift = () => {
    if (said === "") return;
    void save(async () => {
      await campaignsApi.lift(entry.id, said);
      onDone();
    });
  };
  return (
    <FormDialog title={t("dnc.lift_title")} okText={t("dnc.lift")} okTestId="dnc-lift-save" busy={busy} ready={said !== ""} failed={failed} onSave={lift} onClose={onClose}>
      <p className="dnc-who">
        <bdi className="num">{phoneNumber(entry.number) || entry.person}</bdi>
      </p>
      <Field label={t("dnc.reason")} hint={t("dnc.reason_text")}>
        <Input autoFocus value={reason} maxLength={200} aria-label={t("dnc.reason")} onChange={(event) => setReason(event.target.value)} onPressEnter={lift} data-testid="dnc-reason" />
      </Field>
    </FormDialog>
  );
}

export function ImportDialog({
  onClose,
  onDone,
  onFile,
}: {
  onClose: () => void;
  onDone: () => void;
  /** A file instead; null: not for this role. */
  onFile: (() => void) | null;
}) {
  const { t } = useCampaignSpeech();
  const [text, setText] = useState("");
  const [country, setCountry] = useState("");
  const { busy, failed, save } = useSaving();
  const [answer, setAnswer] = useState<ForbiddenMany | null>(null);
  useDialog(true);
  const numbers = useMemo(() => readEntries(text).map(oneLine).filter(Boolean), [text]);
  const tooMany = numbers.length > MOST_NUMBERS;
  const countryBad = country !== "" && !/^[A-Z]{2}$/.test(country);
  const send = () =>
    void save(async () => {
      setAnswer(await campaignsApi.forbidMany({ numbers: numbers.map((one) => one.slice(0, 200)), country }));
      onDone();
    });
  return (
    <Modal
      open
      title={t("dnc.import")}
      onCancel={onClose}
      width={560}
      footer={[
        <Button key="no" onClick={onClose}>
          {t(answer ? "import.close" : "plan.cancel")}
        </Button>,
        !answer && (
          <Button key="yes" type="primary" danger loading={busy} disabled={numbers.length === 0 || tooMany || countryBad} onClick={send} data-testid="dnc-import-save">
            {t("dnc.import_save", { count: count(numbers.length) })}
          </Button>
        ),
      ]}
    >
      {answer ? (
        <div className="import-result" data-testid="dnc-imported">
          <dl className="import-counts">
            <div className="count-accepted">
              <dt>{t("dnc.entered")}</dt>
              <dd className="num">{count(answer.entered)}</dd>
            </div>
            <div className="count-bad">
              <dt>{t("dnc.bad")}</dt>
              <dd className="num">{count(answer.bad_count)}</dd>
            </div>
          </dl>
          {answer.bad.length > 0 && (
            <ul className="bad-numbers mono">
              {answer.bad.map((one, index) => (
                <li key={index}>
                  <bdi>{one}</bdi>
                </li>
              ))}
            </ul>
          )}
        </div>
      ) : (
        <div className="dialog-form">
          <Field label={t("dnc.numbers")} hint={t("dnc.numbers_text")}>
            <Input.TextArea autoFocus rows={8} className="mono" value={text} aria-label={t("dnc.numbers")} onChange={(event) => setText(event.target.value)} data-testid="dnc-numbers" />
          </Field>
          <span className="form-line">
            {onFile && (
              <Button size="small" icon={<Icon name="upload" size={13} />} onClick={onFile} data-testid="dnc-file">
                {t("dnc.from_file")}
              </Button>
            )}
            <Input className="country-input" size="small" value={country} maxLength={2} status={countryBad ? "error" : ""} placeholder="CN" aria-label={t("import.country")} onChange={(event) => setCountry(event.target.value.toUpperCase())} />
            <span className="quiet small">{t("import.country_text")}</span>
          </span>
          {tooMany && <p className="warn-text">{t("dnc.too_many", { count: count(MOST_NUMBERS) })}</p>}
          <Refused text={failed} />
        </div>
      )}
    </Modal>
  );
}
