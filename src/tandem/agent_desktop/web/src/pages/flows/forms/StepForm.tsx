// The form of a step: every field of its kind, its ways out, and what the checker says about it.

import { useState } from "react";
import type { BundleProblem } from "../../../generated/rest";
import { Icon } from "../../../ui/icons";
import { useExitLabel } from "../canvas/StepNode";
import { type Field, isKind, kinds } from "../document/kinds";
import { STEP_NAME } from "../document/stepEdits";
import { type Path, placeOf } from "../document/yamlEdits";
import { type Plain, isPlainList, isPlainMap } from "../document/yamlWords";
import { iconOf } from "../kindIcons";
import { ProblemNotes } from "../parts/ProblemNotes";
import { useFlowSpeech } from "../speech";
import { useForm } from "./context";
import { Choice, Flag, Labelled, NumberBox, Proposed, SmallButton, TextBox } from "./inputs";
import { Prompts } from "./Prompts";
import { CaseRows, ExitRows, KeyRows, MapRows, Target, WayRows } from "./Rows";

const WIDE = new Set(["prompts", "choices", "music_keys", "cases", "ways", "literals", "expressions", "mapping", "outputs", "exit_steps", "slip", "confirm", "needs", "expression"]);
const textOf = (value: Plain | undefined): string => (value === undefined || value === null || typeof value === "object" ? "" : String(value));
const numberOf = (value: Plain | undefined): number | null => (typeof value === "number" ? value : null);
const at = (value: Plain | undefined, key: string): Plain | undefined => (isPlainMap(value) ? value[key] : undefined);

function Slip({ field, value }: { field: Field; value: Plain | undefined }) {
  const { t, w } = useFlowSpeech();
  const form = useForm();
  return (
    <div className="slip">
      <div className="case-line">
        <span className="quiet small">{t("form.then")}</span>
        <Target path={[field.key, "goto"]} to={textOf(at(value, "goto")) || null} label={w("field", field.key)} />
        <span className="quiet small">{t("form.after_tries")}</span>
        <NumberBox whole value={numberOf(at(value, "attempts"))} least={1} most={9} label={t("form.tries")} placeholder={textOf(form.step.raw["attempts"]) || "3"} disabled={!form.editable} onSay={(tries) => form.put([field.key, "attempts"], tries ?? undefined)} />
      </div>
      <Prompts optional value={at(value, "prompts")} path={[field.key, "prompts"]} label={w("field", field.key)} />
    </div>
  );
}

function Confirm({ value }: { value: Plain | undefined }) {
  const { t } = useFlowSpeech();
  const form = useForm();
  if (value === undefined) {
    const texts: Record<string, string> = { zh: "正确请按 1，重新输入请按 2。", en: "If this is right, press 1. To enter it again, press 2." };
    const into = textOf(form.step.raw["into"]) || "digits";
    return form.editable ? (
      <SmallButton
        text
        icon="plus"
        label={t("form.add_confirm")}
        onClick={() => form.put(["confirm"], { prompts: [{ say: into, as: "digits" }, Object.fromEntries(form.languages.map((code) => [code, texts[code] ?? texts["en"] ?? ""]))], yes: "1", no: "2" })}
      />
    ) : (
      <span className="quiet">–</span>
    );
  }
  return (
    <div className="slip">
      <div className="case-line">
        <span>{t("form.yes_key")}</span>
        <TextBox value={textOf(at(value, "yes"))} placeholder="1" label={t("form.yes_key")} fits={(text) => /^[0-9*#]?$/.test(text)} disabled={!form.editable} onSay={(key) => form.put(["confirm", "yes"], key || undefined)} />
        <span>{t("form.no_key")}</span>
        <TextBox value={textOf(at(value, "no"))} placeholder="2" label={t("form.no_key")} fits={(text) => /^[0-9*#]?$/.test(text)} disabled={!form.editable} onSay={(key) => form.put(["confirm", "no"], key || undefined)} />
        {form.editable && <SmallButton icon="trash" label={t("list.remove")} onClick={() => form.put(["confirm"], undefined)} />}
      </div>
      <Prompts value={at(value, "prompts")} path={["confirm", "prompts"]} label={t("form.confirm")} />
    </div>
  );
}

function Needs({ value, path, label }: { value: Plain | undefined; path: Path; label: string }) {
  const form = useForm();
  return <TextBox mono value={textOf(value)} label={label} placeholder="language:zh>=3 and vip>=1" disabled={!form.editable} onSay={(text) => form.put(path, text || undefined)} />;
}

function Value({ field, value, aliases, exits }: { field: Field; value: Plain | undefined; aliases: readonly string[]; exits: readonly string[] }) {
  const { t, w, known } = useFlowSpeech();
  const form = useForm();
  const path: Path = [field.key];
  const label = known("field", field.word ?? field.key) || w("field", field.key);
  const disabled = !form.editable;
  const say = (next: Plain | undefined) => form.put(path, next === "" && field.key !== "terminator" ? undefined : next);
  switch (field.kind) {
    case "prompts":
      return <Prompts value={value} path={path} label={label} optional={!field.required} />;
    case "expression":
      return <TextBox mono value={textOf(value)} label={label} disabled={disabled} placeholder={known("example", field.word ?? field.key)} onSay={say} />;
    case "text":
      return <TextBox value={textOf(value)} label={label} disabled={disabled} mono={field.key === "url" || field.key === "sip"} {...(field.key === "note" || field.key === "url" ? { rows: 2 } : {})} placeholder={known("example", field.word ?? field.key)} onSay={say} />;
    case "name":
      return <TextBox mono value={textOf(value)} label={label} disabled={disabled} placeholder={textOf(field.otherwise)} fits={(text) => text === "" || STEP_NAME.test(text)} onSay={say} />;
    case "seconds":
      return <NumberBox value={numberOf(value)} unit={t("form.seconds")} least={field.least} most={field.most} label={label} placeholder={textOf(field.otherwise)} disabled={disabled} onSay={(next) => say(next ?? undefined)} />;
    case "count":
      return <NumberBox whole value={numberOf(value)} least={field.least} most={field.most} label={label} placeholder={textOf(field.otherwise)} disabled={disabled} onSay={(next) => say(next ?? undefined)} />;
    case "flag":
      return <Flag value={typeof value === "boolean" ? value : field.otherwise === true} label={label} disabled={disabled} onSay={(on) => say(on === field.otherwise ? undefined : on)} />;
    case "option":
      return (
        <Choice
          value={value === undefined ? textOf(field.otherwise) : textOf(value)}
          label={label}
          disabled={disabled}
          options={(field.options ?? []).map((one) => ({ value: one, label: known(`option_${field.key}`, one || "none") || one }))}
          onSay={(next) => say(next === field.otherwise ? undefined : next)}
        />
      );
    case "language":
      return <Choice value={textOf(value) || undefined} clear={!field.required} label={label} disabled={disabled} options={form.languages.map((code) => ({ value: code, label: w("spoken_long", code) }))} onSay={say} />;
    case "queue":
      return <Proposed value={textOf(value)} label={label} disabled={disabled} options={form.queues.map(({ id, name }) => ({ value: id, label: name === id ? id : `${id} · ${name}` }))} onSay={say} />;
    case "calendar":
      return <Proposed value={textOf(value)} label={label} disabled={disabled} options={form.calendars.map((name) => ({ value: name }))} onSay={say} />;
    case "alias":
      return <Choice value={textOf(value) || undefined} label={label} disabled={disabled} options={aliases.map((one) => ({ value: one, label: one }))} placeholder={aliases.length === 0 ? t("form.no_subflows") : ""} onSay={say} />;
    case "needs":
      return <Needs value={value} path={path} label={label} />;
    case "slip":
      return <Slip field={field} value={value} />;
    case "confirm":
      return <Confirm value={value} />;
    case "choices":
    case "music_keys":
      return <KeyRows value={value} path={path} label={field.key} />;
    case "cases":
      return <CaseRows value={value} path={path} />;
    case "ways":
      return <WayRows value={value} path={path} />;
    case "literals":
      return <MapRows value={value} path={path} what="literals" fresh="value" />;
    case "expressions":
      return <MapRows value={value} path={path} what="expressions" fresh="value" />;
    case "mapping":
      return <MapRows value={value} path={path} what="mapping" fresh="result" />;
    case "outputs":
      return <MapRows value={value} path={path} what="outputs" fresh="state" />;
    case "exit_steps":
      return <ExitRows value={value} path={path} proposed={exits} />;
  }
}

const filled = (value: Plain | undefined): boolean => value !== undefined && !(isPlainList(value) && value.length === 0);

export function StepForm({
  problems,
  aliases,
  exits,
  onRename,
  onDelete,
  onCopy,
  onStart,
  onOpenFile,
  onLine,
}: {
  problems: readonly BundleProblem[];
  aliases: readonly string[];
  /** What the used sub-flow returns by. */
  exits: readonly string[];
  onRename: (name: string) => void;
  onDelete: () => void;
  onCopy: () => void;
  onStart: () => void;
  onOpenFile: (() => void) | null;
  onLine: (line: number) => void;
}) {
  const { t, w, known, pick } = useFlowSpeech();
  const labelOf = useExitLabel();
  const form = useForm();
  const { step, file, editable } = form;
  const [more, setMore] = useState(false);
  const spec = isKind(step.kind) ? kinds[step.kind] : null;
  const shown = spec?.fields.filter((field) => !field.more || more || filled(step.raw[field.key])) ?? [];
  const hidden = (spec?.fields.length ?? 0) - shown.length;
  const own = new Set(spec?.fields.filter((field) => ["choices", "music_keys", "cases", "ways", "exit_steps", "slip"].includes(field.kind)).map((field) => field.key) ?? []);
  const ways = step.exits.filter((exit) => !own.has(String(exit.path[0])));

  const badAt = (key: string): string | undefined => {
    const place = placeOf(file.text, file.document, ["steps", step.name, key]);
    // A field on a line of its own; a step on one line says it above only.
    if (!place || place.from === step.place.from) return undefined;
    const found = problems.find((problem) => place.from <= problem.line && problem.line <= place.to);
    return found ? pick(found.what) : undefined;
  };
  return (
    <div className="step-form" data-testid="step-form">
      <header className={`form-head family-${spec?.family ?? "end"}`}>
        <span className="step-icon">
          <Icon name={isKind(step.kind) ? iconOf[step.kind] : "help"} size={16} />
        </span>
        <div className="form-name">
          <TextBox mono value={step.name} label={t("form.step_name")} disabled={!editable} fits={(text) => STEP_NAME.test(text) && (text === step.name || !file.steps.has(text))} onSay={onRename} testId="step-name" />
          <small>
            {w("kind", step.kind) || t("canvas.no_kind")} · {t("flows.line", { line: step.place.from })}
          </small>
        </div>
        {editable && (
          <span className="form-tools">
            {file.start !== step.name && <SmallButton icon="play" label={t("form.make_start")} onClick={onStart} />}
            <SmallButton icon="copy" label={t("form.copy")} onClick={onCopy} />
            <SmallButton icon="trash" label={t("form.delete")} onClick={onDelete} testId="step-delete" />
          </span>
        )}
      </header>
      {spec && <p className="kind-about">{w("about", step.kind)}</p>}
      <ProblemNotes short problems={problems} onLine={(problem) => onLine(problem.line)} />
      {!spec && <p className="pad bad-text">{t("form.unknown_kind", { kind: step.kind || "–" })}</p>}
      {onOpenFile && (
        <button type="button" className="button open-file" onClick={onOpenFile} data-testid="open-subflow">
          <Icon name="box" size={14} /> {t("form.open_subflow")}
        </button>
      )}
      <div className="flow-fields">
        {shown.map((field) => (
          <Labelled
            key={field.key}
            wide={WIDE.has(field.kind) || field.key === "note" || field.key === "url"}
            required={field.required}
            label={known("field", field.word ?? field.key) || w("field", field.key)}
            hint={known("hint", field.word ?? field.key) || undefined}
            bad={badAt(field.key)}
          >
            <Value field={field} value={step.raw[field.key]} aliases={aliases} exits={exits} />
          </Labelled>
        ))}
        {hidden > 0 && !more && (
          <button type="button" className="link more-fields" onClick={() => setMore(true)}>
            {t("form.more", { count: hidden })}
          </button>
        )}
      </div>
      {ways.length > 0 && (
        <section className="form-exits">
          <h3>{t("form.exits")}</h3>
          {ways.map((exit) => (
            <div key={exit.name} className={`exit-row exit-${exit.tone}`}>
              <span className="exit-label">
                {labelOf(exit) || exit.name}
                {!exit.optional && exit.to === null && <i aria-hidden="true">*</i>}
              </span>
              <Target exit={exit} path={exit.path} to={exit.to} label={t("form.leads_to", { exit: labelOf(exit) || exit.name })} />
            </div>
          ))}
        </section>
      )}
    </div>
  );
}
