// The steps of a queue: from when on which skills are enough.

import { AutoComplete, Select } from "antd";
import { useState } from "react";
import { useSpeech } from "../../i18n";
import { Icon } from "../../ui/icons";
import { TextField, TimeField } from "./fields";
import { type Step, type StepForm, readNeeds, readStep, withAnotherStep, writeNeeds, writeStep } from "./form";

const LEVELS = [1, 2, 3, 4, 5].map((level) => ({ value: level, label: `≥ ${level}` }));
const SKILL = /^[A-Za-z0-9_][\w.-]*(:[\w.-]+)?$/;

function Needs({ text, skills, onSay }: { text: string; skills: readonly string[]; onSay: (text: string) => void }) {
  const { t } = useSpeech();
  const [skill, setSkill] = useState("");
  const needs = readNeeds(text);
  // What the chips cannot show stays text.
  if (needs === null) return <TextField value={text} label={t("col.needs")} onSay={onSay} />;
  const add = (name: string) => {
    if (!SKILL.test(name) || needs.some((need) => need.skill === name)) return;
    onSay(writeNeeds([...needs, { skill: name, minimum: 1 }]));
    setSkill("");
  };
  return (
    <div className="needs">
      {needs.length === 0 && <span className="need need-anyone">{t("form.anyone")}</span>}
      {needs.map((need, index) => (
        <span key={need.skill} className="need">
          <span className="mono">{need.skill}</span>
          <Select
            size="small"
            variant="borderless"
            value={need.minimum}
            options={LEVELS}
            aria-label={t("form.level", { skill: need.skill })}
            onChange={(minimum) => onSay(writeNeeds(needs.map((one, place) => (place === index ? { ...one, minimum } : one))))}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={t("form.remove_need", { skill: need.skill })}
            onClick={() => onSay(writeNeeds(needs.filter((_, place) => place !== index)))}
          >
            <Icon name="close" size={11} />
          </button>
        </span>
      ))}
      <AutoComplete
        size="small"
        className="need-add"
        value={skill}
        placeholder={t("form.add_need")}
        aria-label={t("form.add_need")}
        options={skills.filter((name) => !needs.some((need) => need.skill === name)).map((value) => ({ value }))}
        showSearch={{ filterOption: (typed, option) => String(option?.value ?? "").includes(typed) }}
        onChange={setSkill}
        onSelect={add}
        onInputKeyDown={(event) => {
          if (event.key === "Enter") add(skill.trim());
        }}
      />
    </div>
  );
}

export function Steps({
  steps,
  skills,
  onSay,
}: {
  steps: readonly StepForm[];
  skills: readonly string[];
  onSay: (steps: readonly StepForm[]) => void;
}) {
  const { t } = useSpeech();
  const set = (index: number, step: Step) => onSay(steps.map((old, place) => (place === index ? writeStep(step) : old)));
  return (
    <ol className="steps" data-testid="steps">
      {steps.map((form, index) => {
        const step = readStep(form);
        return (
          <li key={index}>
            <span className="step-number num">{index + 1}</span>
            {index === 0 ? (
              <span className="step-when">{t("form.at_once")}</span>
            ) : (
              <span className="step-when">
                {t("form.after")}
                <TimeField value={step.after} label={t("form.after")} onSay={(after) => set(index, { ...step, after })} />
                {t("form.or_predicted")}
                <TimeField
                  value={step.predicted}
                  placeholder={t("form.never")}
                  label={t("form.or_predicted")}
                  onSay={(predicted) => set(index, { ...step, predicted })}
                />
              </span>
            )}
            <Needs text={step.needs} skills={skills} onSay={(needs) => set(index, { ...step, needs })} />
            <button
              type="button"
              className="icon-button"
              aria-label={t("form.remove_step", { number: index + 1 })}
              disabled={steps.length === 1}
              onClick={() => onSay(steps.filter((_, place) => place !== index))}
            >
              <Icon name="trash" size={14} />
            </button>
          </li>
        );
      })}
      <li>
        <button
          type="button"
          className="link"
          data-testid="add-step"
          onClick={() => onSay(withAnotherStep(steps))}
        >
          <Icon name="plus" size={12} /> {t("form.add_step")}
        </button>
      </li>
    </ol>
  );
}
