// When and how often customers may be called at all: the rule book of callbacks and of calls by hand, and our own limits.

import { Select } from "antd";
import { useCallback } from "react";
import { campaignsApi } from "../../campaignsApi";
import type { FormEdit, JurisdictionView } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { Field } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useLoaded } from "../useLoaded";
import { TextField } from "./fields";
import { type CallingForm as Calling, EVERYWHERE, type PlanForm, readBeginning, readNumbers } from "./form";

/** When the rule books cannot be read. */
const BOOKS = ["none", "us", "uk", "cn"];
const USUAL_PER_DAY = 10;

function Book({ law }: { law: JurisdictionView }) {
  const { t, pick } = useSpeech();
  const lines = [
    law.hours.length > 0 ? t("calling.book_hours", { hours: law.hours.map((line) => pick(line)).join(" · ") }) : t("calling.book_no_hours"),
    ...(law.quiet.length > 0 ? [t("calling.book_quiet", { hours: law.quiet.map((line) => pick(line)).join(" · ") })] : []),
    ...(law.holidays ? [t("calling.book_holidays", { region: law.holidays })] : []),
    ...(law.per_day !== null ? [t("calling.book_per_day", { count: law.per_day })] : []),
    ...(law.per_week !== null ? [t("calling.book_per_week", { count: law.per_week })] : []),
    ...(law.consent_needed ? [t("calling.book_consent")] : []),
  ];
  return (
    <ul className="calling-book quiet small" data-testid="calling-book">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

export function CallingForm({ form, edit }: { form: PlanForm; edit: (edits: readonly FormEdit[]) => void }) {
  const { t, pick } = useSpeech();
  const { value, error } = useLoaded(useCallback(() => campaignsApi.jurisdictions(), []));
  const calling: Calling = form.calling ?? {};
  const chosen = calling.rules ?? "none";
  const laws = value?.jurisdictions ?? [];
  const known = laws.length > 0 ? laws.map((law) => ({ value: law.id, label: pick(law.name, law.id) })) : BOOKS.map((id) => ({ value: id, label: id }));
  const books = known.some((book) => book.value === chosen) ? known : [...known, { value: chosen, label: chosen }];
  const law = laws.find((one) => one.id === chosen);
  const hours = Object.entries(calling.hours ?? {});
  const names = Object.keys(form.hours ?? {});
  const say = (key: keyof Calling, next: unknown) => edit([{ path: ["calling", key], value: next }]);
  const sayHours = (rows: readonly (readonly [string, string])[]) => say("hours", rows.length > 0 ? Object.fromEntries(rows) : null);
  const unused = [EVERYWHERE, "+86", "+1", "+44"].find((beginning) => !hours.some(([taken]) => taken === beginning));
  return (
    <div className="hours-forms scroll">
      <section className="panel calling" data-testid="calling">
        <header className="panel-head">
          <h2>{t("calling.title")}</h2>
        </header>
        <div className="panel-body hours-fields">
          <p className="quiet">{t("calling.text")}</p>
          <Field label={t("calling.rules")} hint={t("calling.rules_hint")}>
            <Select value={chosen} options={books} aria-label={t("calling.rules")} data-testid="calling-rules" onChange={(next) => say("rules", next === "none" ? null : next)} />
            {law && <Book law={law} />}
            {error !== null && <span className="warn-text small">{error}</span>}
          </Field>
          <Field label={t("calling.hours")} hint={names.length > 0 ? t("calling.hours_hint", { everywhere: EVERYWHERE }) : t("calling.no_hours")}>
            <ul className="hours-rows">
              {hours.map(([beginning, name], index) => (
                <li key={index}>
                  <TextField
                    className="hours-key mono"
                    value={beginning}
                    label={t("calling.beginning")}
                    placeholder="+86"
                    read={(text) => {
                      const said = readBeginning(text);
                      return said !== null && said !== beginning && hours.some(([taken]) => taken === said) ? null : said;
                    }}
                    onSay={(next) => sayHours(hours.map(([old, its]) => [old === beginning ? next : old, its]))}
                  />
                  <Select
                    value={name}
                    aria-label={t("calling.hours_of", { beginning })}
                    options={[...new Set([...names, name])].map((one) => ({ value: one, label: one }))}
                    onChange={(next) => sayHours(hours.map(([old, its]) => [old, old === beginning ? next : its]))}
                  />
                  <button type="button" className="icon-button" aria-label={t("hours.remove_row", { row: beginning })} onClick={() => sayHours(hours.filter(([old]) => old !== beginning))}>
                    <Icon name="trash" size={14} />
                  </button>
                </li>
              ))}
              {names[0] !== undefined && unused !== undefined && (
                <li>
                  <button type="button" className="link" onClick={() => sayHours([...hours, [unused, names[0] ?? ""]])}>
                    <Icon name="plus" size={12} /> {t("calling.add_hours")}
                  </button>
                </li>
              )}
            </ul>
          </Field>
          <Field label={t("calling.per_day")} hint={t("calling.per_day_hint")}>
            <TextField
              className="time-field"
              value={String(calling.per_day ?? USUAL_PER_DAY)}
              label={t("calling.per_day")}
              read={(text) => (/^\d{1,3}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 100 ? String(Number(text)) : null)}
              onSay={(text) => say("per_day", Number(text) === USUAL_PER_DAY ? null : Number(text))}
              testId="calling-per-day"
            />
          </Field>
          <Field label={t("calling.never")} hint={t("calling.never_hint")}>
            <TextField
              className="mono"
              value={(calling.never ?? []).join(", ")}
              label={t("calling.never")}
              placeholder="+8613800138000"
              read={(text) => readNumbers(text)?.join(", ") ?? null}
              onSay={(text) => say("never", text ? readNumbers(text) : null)}
            />
          </Field>
        </div>
      </section>
    </div>
  );
}
