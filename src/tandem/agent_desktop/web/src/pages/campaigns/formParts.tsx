// What every field of a campaign's form shares: the document, how it is changed, and what is wrong with a field.

import { Input, InputNumber } from "antd";
import { type ReactNode, createContext, useContext } from "react";
import type { CampaignChoices, CampaignProblem } from "../../generated/rest";
import { Icon } from "../../ui/icons";
import { type Full, type Path, problemsAt } from "./document";
import { useCampaignSpeech } from "./speech";

export interface FormDesk {
  document: Full;
  set(path: Path, value: unknown): void;
  choices: CampaignChoices;
  problems: readonly CampaignProblem[];
}

export const FormContext = createContext<FormDesk | null>(null);

export function useFormDesk(): FormDesk {
  const desk = useContext(FormContext);
  if (!desk) throw new Error("no form here");
  return desk;
}

export function Problem({ field }: { field: string }) {
  const { pick } = useCampaignSpeech();
  const { problems } = useFormDesk();
  const here = problemsAt(problems, field);
  if (here.length === 0) return null;
  return (
    <>
      {here.map((problem, index) => (
        <span key={index} className={`field-problem problem-${problem.severity}`} role="alert" data-testid="field-problem" data-field={problem.field}>
          <Icon name="alert" size={13} />
          <span>
            <bdi>{pick(problem.what)}</bdi> <span className="quiet">{pick(problem.fix)}</span>
          </span>
        </span>
      ))}
    </>
  );
}

/** A field with its name, what it is for, and what is wrong with it. */
export function Row({ field, label, hint, children, wide = false }: { field: string; label: string; hint?: string; children: ReactNode; wide?: boolean }) {
  return (
    <div className={`form-field ${wide ? "wide" : ""}`} data-field={field}>
      <span className="form-label">{label}</span>
      {children}
      {hint && <span className="quiet small">{hint}</span>}
      <Problem field={field} />
    </div>
  );
}

/** A number in a unit that people use; `scale`: how many of the document's units one of them is. */
export function NumberRow({
  field,
  path,
  label,
  hint,
  value,
  unit = "",
  scale = 1,
  min = 0,
  max,
  optional = false,
  placeholder = "",
}: {
  field: string;
  path: Path;
  label: string;
  hint?: string;
  value: number | null | undefined;
  unit?: string;
  scale?: number;
  min?: number;
  max?: number;
  /** May be left empty: null in the document. */
  optional?: boolean;
  placeholder?: string;
}) {
  const { set } = useFormDesk();
  const shown = value === null || value === undefined ? null : Math.round((value / scale) * 1000) / 1000;
  return (
    <Row field={field} label={label} {...(hint ? { hint } : {})}>
      <InputNumber
        value={shown}
        min={min}
        {...(max === undefined ? {} : { max })}
        suffix={unit}
        placeholder={placeholder}
        aria-label={label}
        onChange={(next) => {
          if (next === null && !optional) return;
          set(path, next === null ? null : next * scale);
        }}
      />
    </Row>
  );
}

/** A text in Chinese and in English. */
export function BothRow({ field, label, hint, value }: { field: string; label: string; hint: string; value: Record<string, string> }) {
  const { t } = useCampaignSpeech();
  const { set } = useFormDesk();
  const say = (language: string, text: string) => set([...field.split("."), language], text === "" ? undefined : text);
  return (
    <Row field={field} label={label} hint={hint} wide>
      <span className="both-texts">
        <Input.TextArea rows={2} maxLength={2000} dir="auto" value={value["zh"] ?? ""} placeholder={t("form.chinese")} aria-label={`${label}, ${t("form.chinese")}`} onChange={(event) => say("zh", event.target.value)} />
        <Input.TextArea rows={2} maxLength={2000} dir="auto" value={value["en"] ?? ""} placeholder={t("form.english")} aria-label={`${label}, ${t("form.english")}`} onChange={(event) => say("en", event.target.value)} />
      </span>
    </Row>
  );
}
