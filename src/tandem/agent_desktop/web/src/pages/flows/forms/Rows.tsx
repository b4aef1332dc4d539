// Fields that are lists and maps: choices of a menu, cases, ways, variables, outputs, exits of a sub-flow.

import { Select } from "antd";
import type { Exit } from "../document/kinds";
import { STEP_NAME } from "../document/stepEdits";
import type { Path } from "../document/yamlEdits";
import { type Plain, isPlainList, isPlainMap } from "../document/yamlWords";
import { useFlowSpeech } from "../speech";
import { useForm } from "./context";
import { Choice, NumberBox, SmallButton, TextBox } from "./inputs";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];
const textOf = (value: Plain | undefined): string => (value === undefined || value === null || typeof value === "object" ? "" : String(value));
const entriesOf = (value: Plain | undefined): [string, Plain][] => (isPlainMap(value) ? Object.entries(value) : []);
const at = (value: Plain | undefined, key: string): Plain | undefined => (isPlainMap(value) ? value[key] : undefined);

const NEW = "+new";

/** Where an exit leads. */
export function Target({ exit, path, to, label }: { exit?: Exit; path: Path; to: string | null; label: string }) {
  const { t } = useFlowSpeech();
  const form = useForm();
  const names = [...form.file.steps.keys()];
  return (
    <span className="target">
      <Select
        size="small"
        value={to}
        aria-label={label}
        className={to === null && !exit?.optional ? "target-open" : ""}
        placeholder={t("form.nowhere")}
        disabled={!form.editable}
        allowClear={exit?.optional ?? false}
        showSearch={{ optionFilterProp: "value" }}
        popupMatchSelectWidth={false}
        status={to !== null && !form.file.steps.has(to) ? "error" : ""}
        options={[{ value: NEW, label: <b>{t("form.new_step")}</b> }, ...names.map((name) => ({ value: name, label: name }))]}
        onChange={(next: string | null | undefined) => {
          if (next === NEW) form.onNewStep(path);
          else form.put(path, next ?? undefined);
        }}
      />
      <SmallButton icon="right" label={to ? t("form.go_to", { step: to }) : t("form.nowhere")} disabled={to === null || !form.file.steps.has(to)} onClick={() => to && form.onGoTo(to)} />
    </span>
  );
}

function Label({ value, path }: { value: Plain | undefined; path: Path }) {
  const { w, t } = useFlowSpeech();
  const form = useForm();
  return (
    <span className="label-pair">
      {form.languages.map((code) => (
        <TextBox key={code} value={textOf(at(value, code))} label={`${t("form.label")} (${w("spoken_long", code)})`} placeholder={w("spoken_long", code)} disabled={!form.editable} onSay={(text) => form.put([...path, code], text || undefined)} />
      ))}
    </span>
  );
}

/** Keys that lead somewhere: of a menu, of music. */
export function KeyRows({ value, path, label }: { value: Plain | undefined; path: Path; label: string }) {
  const { t } = useFlowSpeech();
  const form = useForm();
  const order = form.step.exits.filter((exit) => exit.tone === "key").map((exit) => exit.name);
  const rows = entriesOf(value).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const used = rows.map(([key]) => key);
  const free = KEYS.filter((key) => !used.includes(key));
  const name = t("form.new_choice");
  return (
    <div className="key-rows">
      {rows.map(([key, choice]) => (
        <div key={key} className="key-row">
          <Choice value={key} label={t("form.key")} disabled={!form.editable} options={[key, ...free].map((one) => ({ value: one, label: one }))} onSay={(next) => next && form.rename([...path, key], next)} />
          <Label value={at(choice, "label")} path={[...path, key, "label"]} />
          {form.editable && <SmallButton icon="trash" label={t("form.remove_key", { key })} onClick={() => form.put([...path, key], undefined)} />}
          <Target path={[...path, key, "goto"]} to={textOf(at(choice, "goto")) || null} label={t("form.leads_to", { exit: key })} />
        </div>
      ))}
      {form.editable && free.length > 0 && (
        <SmallButton text icon="plus" label={t("form.add_choice")} testId={`add-${label}`} onClick={() => form.put([...path, free[0] as string], { label: Object.fromEntries(form.languages.map((code) => [code, name])) })} />
      )}
    </div>
  );
}

export function CaseRows({ value, path }: { value: Plain | undefined; path: Path }) {
  const { t } = useFlowSpeech();
  const form = useForm();
  const rows = isPlainList(value) ? value : [];
  return (
    <ol className="case-rows">
      {rows.map((row, index) => (
        <li key={index}>
          <div className="case-line">
            <span className="quiet num">{index + 1}</span>
            <TextBox mono value={textOf(at(row, "when"))} label={t("form.if")} disabled={!form.editable} placeholder={'customer.tier == "vip"'} onSay={(text) => form.put([...path, index, "when"], text)} />
            {form.editable && index > 0 && <SmallButton icon="up" label={t("list.up")} onClick={() => form.swap(path, index - 1)} />}
            {form.editable && <SmallButton icon="trash" label={t("list.remove")} disabled={rows.length < 2} onClick={() => form.put([...path, index], undefined)} />}
          </div>
          <div className="case-line">
            <TextBox value={textOf(at(row, "name"))} label={t("form.exit_name")} placeholder={t("form.exit_name_hint", { name: `case${index + 1}` })} disabled={!form.editable} onSay={(text) => form.put([...path, index, "name"], text || undefined)} />
            <Target path={[...path, index, "goto"]} to={textOf(at(row, "goto")) || null} label={t("form.leads_to", { exit: index + 1 })} />
          </div>
        </li>
      ))}
      {form.editable && <SmallButton text icon="plus" label={t("form.add_case")} onClick={() => form.insert(path, { when: "true" })} />}
    </ol>
  );
}

export function WayRows({ value, path }: { value: Plain | undefined; path: Path }) {
  const { t } = useFlowSpeech();
  const form = useForm();
  const rows = isPlainList(value) ? value : [];
  const sum = rows.reduce<number>((total, row) => total + (Number(at(row, "share")) || 0), 0);
  return (
    <ol className="case-rows">
      {rows.map((row, index) => (
        <li key={index}>
          <div className="case-line">
            <NumberBox value={Number(at(row, "share") ?? 0)} unit="%" least={0} most={100} label={t("form.share")} disabled={!form.editable} onSay={(share) => form.put([...path, index, "share"], share ?? 0)} />
            <TextBox value={textOf(at(row, "name"))} label={t("form.exit_name")} placeholder={t("form.exit_name_hint", { name: `way${index + 1}` })} disabled={!form.editable} onSay={(text) => form.put([...path, index, "name"], text || undefined)} />
            {form.editable && <SmallButton icon="trash" label={t("list.remove")} disabled={rows.length < 3} onClick={() => form.put([...path, index], undefined)} />}
          </div>
          <div className="case-line">
            <Target path={[...path, index, "goto"]} to={textOf(at(row, "goto")) || null} label={t("form.leads_to", { exit: index + 1 })} />
          </div>
        </li>
      ))}
      <li className="case-line">
        {form.editable && <SmallButton text icon="plus" label={t("form.add_way")} onClick={() => form.insert(path, { share: Math.max(0, 100 - sum) })} />}
        <span className={sum === 100 ? "quiet small" : "bad-text small"}>{t("form.sum", { sum })}</span>
      </li>
    </ol>
  );
}

function freeKey(keys: readonly string[], base: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (!keys.includes(name)) return name;
  }
}

/** A literal as it is typed: true, false, 12, and everything else a text. */
function literal(text: string): Plain {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

const AS = ["text", "number", "money", "flag", "date"];

export function MapRows({ value, path, what, fresh }: { value: Plain | undefined; path: Path; what: "literals" | "expressions" | "mapping" | "outputs"; fresh: string }) {
  const { t, w } = useFlowSpeech();
  const form = useForm();
  const rows = entriesOf(value);
  const place = form.step.kind === "answer" ? "field" : "path";
  const first: Record<typeof what, Plain> = { literals: "text", expressions: "call.ani", mapping: fresh, outputs: { [place]: fresh, as: "text" } };
  return (
    <div className="map-rows">
      {rows.map(([key, one]) => (
        <div key={key} className="map-row">
          <TextBox mono value={key} label={t("form.name")} disabled={!form.editable} fits={(text) => STEP_NAME.test(text) && (text === key || !rows.some(([name]) => name === text))} onSay={(name) => form.rename([...path, key], name)} />
          <span className="quiet">{what === "outputs" || what === "mapping" ? "←" : "="}</span>
          {what === "outputs" ? (
            <>
              <TextBox mono value={textOf(at(one, place))} label={t(place === "path" ? "form.path" : "form.column")} disabled={!form.editable} onSay={(text) => form.put([...path, key, place], text)} />
              <Choice value={textOf(at(one, "as")) || "text"} label={t("prompt.as")} disabled={!form.editable} options={AS.map((as) => ({ value: as, label: w("as", as) }))} onSay={(as) => form.put([...path, key, "as"], as)} />
            </>
          ) : (
            <TextBox mono value={textOf(one)} label={`${t("form.value")} (${key})`} disabled={!form.editable} onSay={(text) => form.put([...path, key], what === "literals" ? literal(text) : text)} />
          )}
          {form.editable && <SmallButton icon="trash" label={t("list.remove")} onClick={() => form.put([...path, key], undefined)} />}
        </div>
      ))}
      {form.editable && <SmallButton text icon="plus" label={t("list.add")} onClick={() => form.put([...path, freeKey(rows.map(([key]) => key), fresh)], first[what])} />}
    </div>
  );
}

export function ExitRows({ value, path, proposed }: { value: Plain | undefined; path: Path; proposed: readonly string[] }) {
  const { t } = useFlowSpeech();
  const form = useForm();
  const rows = entriesOf(value);
  const missing = proposed.filter((name) => !rows.some(([key]) => key === name));
  const start = form.file.start;
  return (
    <div className="map-rows">
      {rows.map(([key, to]) => (
        <div key={key} className="map-row">
          <TextBox mono value={key} label={t("form.exit_name")} disabled={!form.editable} fits={(text) => STEP_NAME.test(text) && (text === key || !rows.some(([name]) => name === text))} onSay={(name) => form.rename([...path, key], name)} />
          <Target path={[...path, key]} to={textOf(to) || null} label={t("form.leads_to", { exit: key })} />
          {form.editable && <SmallButton icon="trash" label={t("list.remove")} onClick={() => form.put([...path, key], undefined)} />}
        </div>
      ))}
      {form.editable && (
        <div className="add-row">
          {missing.map((name) => (
            <SmallButton key={name} text icon="plus" label={name} onClick={() => form.put([...path, name], start)} />
          ))}
          {missing.length === 0 && <SmallButton text icon="plus" label={t("list.add")} onClick={() => form.put([...path, freeKey(rows.map(([key]) => key), "done")], start)} />}
        </div>
      )}
    </div>
  );
}
