// The calendars of a flow: the same fields as the opening hours of the routing plan.

import { useState } from "react";
import { HoursFields, NEW_HOURS } from "../../routing/HoursForms";
import type { HoursForm } from "../../routing/form";
import { STEP_NAME, changedRow } from "../document/stepEdits";
import type { Path } from "../document/yamlEdits";
import { type Plain, type PlainMap, isPlainList, isPlainMap } from "../document/yamlWords";
import { useFlowSpeech } from "../speech";
import { useForm } from "./context";
import { Labelled, SmallButton, TextBox } from "./inputs";

const textOf = (value: Plain | undefined): string => (value === undefined || value === null || typeof value === "object" ? "" : String(value));
const textsOf = (value: Plain | undefined): Record<string, string> => (isPlainMap(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, textOf(one)])) : {});

function hoursOf(raw: PlainMap): HoursForm {
  return {
    weekly: textsOf(raw["weekly"]),
    open: textsOf(raw["open"]),
    closed: isPlainList(raw["closed"]) ? raw["closed"].map(textOf) : [],
    ...(raw["timezone"] === undefined ? {} : { timezone: textOf(raw["timezone"]) }),
    ...(raw["holidays"] === undefined ? {} : { holidays: textOf(raw["holidays"]) }),
  };
}

export function Calendars() {
  const { t } = useFlowSpeech();
  const { file, editable, putTop, renameTop } = useForm();
  const [opened, setOpened] = useState<string | null>(null);
  const calendars = isPlainMap(file.raw["calendars"]) ? file.raw["calendars"] : {};
  const used = new Set([...file.steps.values()].map((step) => step.raw["calendar"]));
  const free = (() => {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? "office" : `office_${number}`;
      if (!Object.hasOwn(calendars, name)) return name;
    }
  })();
  const sayRows = (path: Path, old: Record<string, string>, rows: Record<string, string>) => {
    const change = changedRow(old, rows);
    if (change === null) putTop(path, rows);
    else if ("rename" in change) renameTop([...path, change.rename[0]], change.rename[1]);
    else if ("remove" in change) putTop([...path, change.remove], undefined);
    else putTop([...path, change.put[0]], change.put[1]);
  };
  return (
    <div className="named-prompts calendars" data-testid="calendars">
      {Object.entries(calendars).map(([name, value]) => {
        const raw = isPlainMap(value) ? value : {};
        const hours = hoursOf(raw);
        const path: Path = ["calendars", name];
        return (
          <details key={name} open={opened === name} onToggle={(event) => event.currentTarget.open !== (opened === name) && setOpened(event.currentTarget.open ? name : null)}>
            <summary>
              <span className="mono">{name}</span>
              <span className="cut quiet mono">
                <bdi>
                  {Object.entries(hours.weekly)
                    .map(([days, spans]) => `${days} ${spans}`)
                    .join(", ")}
                </bdi>
              </span>
              {!used.has(name) && <span className="warn-text small">{t("calendar.unused")}</span>}
            </summary>
            <fieldset className="hours-fields" disabled={!editable}>
              {!used.has(name) && (
              <Labelled label={t("calendar.name")}>
                <TextBox
                  mono
                  value={name}
                  label={t("calendar.name")}
                  disabled={!editable}
                  fits={(text) => STEP_NAME.test(text) && (text === name || !Object.hasOwn(calendars, text))}
                  onSay={(text) => {
                    renameTop(path, text);
                    setOpened(text);
                  }}
                />
              </Labelled>
              )}
              <HoursFields
                hours={hours}
                onSay={(key, said) => {
                  const whole: Path = [...path, key];
                  if (said === null) putTop(whole, undefined);
                  else if (typeof said === "string" || Array.isArray(said)) putTop(whole, said);
                  else sayRows(whole, textsOf(raw[key]), said);
                }}
              />
              {editable && !used.has(name) && <SmallButton text icon="trash" label={t("calendar.remove")} onClick={() => putTop(path, undefined)} />}
            </fieldset>
          </details>
        );
      })}
      {editable && (
        <SmallButton
          text
          icon="plus"
          label={t("calendar.add")}
          testId="calendar-add"
          onClick={() => {
            putTop(["calendars", free], NEW_HOURS);
            setOpened(free);
          }}
        />
      )}
    </div>
  );
}
