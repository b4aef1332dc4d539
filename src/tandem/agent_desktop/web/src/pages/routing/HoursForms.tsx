// Opening hours by name: by weekday, days closed, days with other hours.

import { Input } from "antd";
import { type ReactNode, useState } from "react";
import type { FormEdit } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { Field, Name, Nothing } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { TextField } from "./fields";
import { type HoursForm, type PlanForm, USUAL_ZONE, readDates, readDays, readSpans } from "./form";

const ID = /^[A-Za-z0-9][\w.-]{0,62}$/;
const SPANS_HINT = "09:00-12:00 13:00-18:00";

type Edit = (edits: readonly FormEdit[]) => void;

function Rows({
  rows,
  keyLabel,
  keyHint,
  readKey,
  timesLabel,
  addLabel,
  first,
  onSay,
}: {
  rows: Record<string, string>;
  keyLabel: string;
  keyHint: string;
  readKey: (text: string) => string | null;
  timesLabel: string;
  addLabel: string;
  /** Key of a new row. */
  first: () => string;
  onSay: (rows: Record<string, string>) => void;
}) {
  const { t } = useSpeech();
  const entries = Object.entries(rows);
  return (
    <ul className="hours-rows">
      {entries.map(([key, spans], index) => (
        <li key={index}>
          <TextField
            className="hours-key mono"
            value={key}
            label={keyLabel}
            placeholder={keyHint}
            read={(text) => {
              const said = readKey(text);
              return said !== null && said !== key && said in rows ? null : said;
            }}
            onSay={(next) => onSay(Object.fromEntries(entries.map(([old, value]) => [old === key ? next : old, value])))}
          />
          <TextField className="mono" value={spans} label={timesLabel} placeholder={SPANS_HINT} read={readSpans} onSay={(next) => onSay({ ...rows, [key]: next })} />
          <button
            type="button"
            className="icon-button"
            aria-label={t("hours.remove_row", { row: key })}
            onClick={() => onSay(Object.fromEntries(entries.filter(([old]) => old !== key)))}
          >
            <Icon name="trash" size={14} />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="link" onClick={() => onSay({ ...rows, [first()]: "09:00-18:00" })}>
          <Icon name="plus" size={12} /> {addLabel}
        </button>
      </li>
    </ul>
  );
}

const WEEK = ["mon-fri", "sat", "sun", "mon", "tue", "wed", "thu", "fri"];
const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,5})?$/;
/** Of a calendar that is made anew. */
export const NEW_HOURS = { timezone: USUAL_ZONE, weekly: { "mon-fri": "09:00-18:00" } };

/** The fields of one calendar: opening hours of the routing plan or of a flow, or the days of a shift. `onSay`: a field is to be this, or taken away (null). */
export function HoursFields({
  hours,
  onSay,
  of = "hours",
  week = true,
  note,
}: {
  hours: HoursForm;
  onSay: (key: keyof HoursForm, value: Record<string, string> | string[] | string | null) => void;
  /** Whose words. */
  of?: "hours" | "shifts";
  /** With the times by weekday. */
  week?: boolean;
  /** What is to be said of a field, under it. */
  note?: (key: keyof HoursForm) => ReactNode;
}) {
  const { t } = useSpeech();
  const today = new Date().toISOString().slice(0, 10);
  return (
    <>
      <Field label={t("hours.timezone")}>
        <TextField value={hours.timezone ?? USUAL_ZONE} label={t("hours.timezone")} read={(text) => (/^[\w+/-]{3,64}$/.test(text.trim()) ? text.trim() : null)} onSay={(text) => onSay("timezone", text)} />
        {note?.("timezone")}
      </Field>
      {week && (
        <Field label={t("hours.weekly")} hint={t("hours.weekly_hint")}>
          <Rows
            rows={hours.weekly}
            keyLabel={t("hours.days")}
            keyHint="mon-fri"
            readKey={readDays}
            timesLabel={t("hours.open")}
            addLabel={t("hours.add_days")}
            first={() => WEEK.find((day) => !(day in hours.weekly)) ?? "mon"}
            onSay={(rows) => onSay("weekly", rows)}
          />
        </Field>
      )}
      <Field label={t("hours.holidays")} hint={t(`${of}.holidays_hint`)}>
        <TextField
          className="mono hours-region"
          value={hours.holidays ?? ""}
          label={t("hours.holidays")}
          placeholder="CN"
          read={(text) => (text.trim() === "" || REGION.test(text.trim().toUpperCase()) ? text.trim().toUpperCase() : null)}
          onSay={(text) => onSay("holidays", text || null)}
        />
        {note?.("holidays")}
      </Field>
      <Field label={t(`${of}.closed`)}>
        <TextField
          className="mono"
          value={(hours.closed ?? []).join(", ")}
          label={t(`${of}.closed`)}
          placeholder="2026-05-01, 2026-10-01..2026-10-07"
          read={(text) => readDates(text)?.join(", ") ?? null}
          onSay={(text) => onSay("closed", readDates(text)?.length ? readDates(text) : null)}
        />
        {note?.("closed")}
      </Field>
      <Field label={t(`${of}.other`)}>
        <Rows
          rows={hours.open ?? {}}
          keyLabel={t("whatif.day")}
          keyHint="2026-10-10"
          readKey={(text) => (readDates(text)?.length === 1 && !text.includes("..") ? text.trim() : null)}
          timesLabel={t(`${of}.open`)}
          addLabel={t("hours.add_day")}
          first={() => today}
          onSay={(rows) => onSay("open", Object.keys(rows).length > 0 ? rows : null)}
        />
        {note?.("open")}
      </Field>
    </>
  );
}

function Hours({ name, hours, used, edit }: { name: string; hours: HoursForm; used: readonly string[]; edit: Edit }) {
  const { t } = useSpeech();
  return (
    <section className="panel hours" data-testid={`hours-${name}`}>
      <header className="panel-head">
        <h2>
          <Name>{name}</Name>
        </h2>
        <span className="quiet small cut">{used.length > 0 ? t("hours.used", { queues: used.join(", ") }) : t("hours.unused")}</span>
        <div className="panel-extra">
          <button
            type="button"
            className="icon-button"
            aria-label={t("hours.remove", { name })}
            title={used.length > 0 ? t("hours.remove_used") : t("hours.remove", { name })}
            disabled={used.length > 0}
            onClick={() => edit([{ path: ["hours", name], value: null }])}
          >
            <Icon name="trash" />
          </button>
        </div>
      </header>
      <div className="panel-body hours-fields">
        <HoursFields hours={hours} onSay={(key, value) => edit([{ path: ["hours", name, key], value }])} />
      </div>
    </section>
  );
}

export function HoursForms({ form, edit }: { form: PlanForm; edit: Edit }) {
  const { t } = useSpeech();
  const [adding, setAdding] = useState("");
  const hours = Object.entries(form.hours ?? {});
  const users = (name: string) => [
    ...Object.keys(form.queues).filter((id) => form.queues[id]?.hours === name),
    ...Object.entries(form.calling?.hours ?? {}).flatMap(([beginning, its]) => (its === name ? [beginning] : [])),
  ];
  const bad = adding !== "" && (!ID.test(adding.trim()) || form.hours?.[adding.trim()] !== undefined);
  const add = () => {
    if (adding === "" || bad) return;
    edit([{ path: ["hours", adding.trim()], value: NEW_HOURS }]);
    setAdding("");
  };
  return (
    <div className="hours-forms scroll">
      {hours.length === 0 && (
        <section className="panel">
          <Nothing icon="clock" title={t("hours.none")}>
            {t("hours.none_text")}
          </Nothing>
        </section>
      )}
      <div className="hours-grid">
        {hours.map(([name, one]) => (
          <Hours key={name} name={name} hours={one} used={users(name)} edit={edit} />
        ))}
      </div>
      <Input
        className="hours-add"
        value={adding}
        status={bad ? "error" : ""}
        placeholder={t("hours.new")}
        aria-label={t("hours.new")}
        onChange={(event) => setAdding(event.target.value)}
        onPressEnter={add}
        suffix={
          <button type="button" className="icon-button" aria-label={t("matrix.add")} disabled={adding === "" || bad} onClick={add}>
            <Icon name="plus" size={14} />
          </button>
        }
      />
    </div>
  );
}
