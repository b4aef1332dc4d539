// What holds for the whole flow: shown while no step is chosen.

import type { BundleProblem } from "../../../generated/rest";
import { Icon } from "../../../ui/icons";
import { usesOf } from "../document/flowFile";
import { STEP_NAME } from "../document/stepEdits";
import { type Plain, isPlainMap } from "../document/yamlWords";
import { ProblemNotes } from "../parts/ProblemNotes";
import { useFlowSpeech } from "../speech";
import { Calendars } from "./Calendars";
import { useForm } from "./context";
import { Choice, Labelled, NumberBox, Proposed, SmallButton, TextBox } from "./inputs";
import { Texts } from "./Prompts";

const textOf = (value: Plain | undefined): string => (value === undefined || value === null || typeof value === "object" ? "" : String(value));
const COMMANDS = ["repeat", "back", "operator"] as const;

function Commands() {
  const { t, w } = useFlowSpeech();
  const { file, editable, putTop } = useForm();
  const commands = isPlainMap(file.raw["commands"]) ? file.raw["commands"] : {};
  const names = [...file.steps.keys()].map((value) => ({ value, label: value }));
  const key = (text: string) => /^[0-9*#]?$/.test(text);
  return (
    <div className="map-rows">
      {COMMANDS.map((name) => {
        const value = commands[name];
        const own = name === "operator" ? (isPlainMap(value) ? value : {}) : {};
        const pressed = name === "operator" ? textOf(own["key"]) : textOf(value);
        return (
          <div key={name} className="map-row">
            <span className="command-name">{w("command", name)}</span>
            <TextBox
              value={pressed}
              label={`${w("command", name)}: ${t("form.key")}`}
              placeholder={t("form.no_key_set")}
              fits={key}
              disabled={!editable}
              onSay={(text) => (name === "operator" ? putTop(["commands", name], text ? { key: text, goto: textOf(own["goto"]) || file.start } : undefined) : putTop(["commands", name], text || undefined))}
            />
            {name === "operator" && pressed !== "" && <Choice value={textOf(own["goto"]) || undefined} label={t("form.leads_to", { exit: w("command", name) })} options={names} disabled={!editable} onSay={(step) => step && putTop(["commands", name, "goto"], step)} />}
          </div>
        );
      })}
    </div>
  );
}

function NamedPrompts() {
  const { t } = useFlowSpeech();
  const { file, editable, languages, putTop } = useForm();
  const free = (() => {
    for (let number = 1; ; number += 1) if (!file.prompts.has(`prompt_${number}`)) return `prompt_${number}`;
  })();
  return (
    <div className="named-prompts">
      {[...file.prompts].map(([name, texts]) => {
        const uses = usesOf(file, name);
        return (
          <details key={name}>
            <summary>
              <span className="mono">{name}</span>
              <span className="cut quiet">
                <bdi>{isPlainMap(texts) ? Object.values(texts).map(textOf).join(" · ") : ""}</bdi>
              </span>
              <span className={uses === 0 ? "warn-text small" : "quiet small"}>{uses === 0 ? t("prompt.unused") : t("prompt.used", { count: uses })}</span>
            </summary>
            <Texts texts={isPlainMap(texts) ? texts : {}} label={name} editable={editable} languages={languages} onSay={(code, text) => putTop(["prompts", name, code], text)} />
            {editable && uses === 0 && <SmallButton text icon="trash" label={t("list.remove")} onClick={() => putTop(["prompts", name], undefined)} />}
          </details>
        );
      })}
      {editable && <SmallButton text icon="plus" label={t("prompt.add")} onClick={() => putTop(["prompts", free], Object.fromEntries(languages.map((code) => [code, t("prompt.new_text")])))} />}
    </div>
  );
}

export function FlowForm({ fileName, problems, uses, onOpenFile, onAddSubflow, onLine }: { fileName: string; problems: readonly BundleProblem[]; uses: readonly { alias: string; file: string; there: boolean }[]; onOpenFile: (alias: string) => void; onAddSubflow: () => void; onLine: (line: number) => void }) {
  const { t, w } = useFlowSpeech();
  const { file, editable, queues, putTop } = useForm();
  const { raw } = file;
  const names = [...file.steps.keys()].map((value) => ({ value, label: value }));
  return (
    <div className="step-form" data-testid="flow-form">
      <header className="form-head family-logic">
        <span className="step-icon">
          <Icon name={file.subflow ? "box" : "flow"} size={16} />
        </span>
        <div className="form-name">
          <b className="mono">{fileName}</b>
          <small>{t(file.subflow ? "form.is_subflow" : "form.is_flow", { count: file.steps.size })}</small>
        </div>
      </header>
      <ProblemNotes short problems={problems} onLine={(problem) => onLine(problem.line)} />
      <div className="flow-fields">
        <Labelled label={t("form.flow_name")} required>
          <TextBox mono value={file.name} label={t("form.flow_name")} disabled={!editable} fits={(text) => STEP_NAME.test(text)} onSay={(text) => putTop(["name"], text)} />
        </Labelled>
        <Labelled label={t("form.start")} required>
          <Choice value={file.start || undefined} label={t("form.start")} options={names} disabled={!editable} onSay={(step) => step && putTop(["start"], step)} />
        </Labelled>
        {!file.subflow && (
          <>
            <Labelled label={t("form.version")} hint={t("form.version_hint")}>
              <TextBox value={textOf(raw["version"])} label={t("form.version")} disabled={!editable} onSay={(text) => putTop(["version"], text || undefined)} />
            </Labelled>
            <Labelled label={t("form.default_language")} required>
              <Choice value={textOf(raw["default_language"]) || undefined} label={t("form.default_language")} disabled={!editable} options={file.languages.map((code) => ({ value: code, label: w("spoken_long", code) }))} onSay={(code) => code && putTop(["default_language"], code)} />
            </Labelled>
            <Labelled label={t("form.on_error")} hint={t("form.on_error_hint")} required>
              <Proposed value={textOf(raw["on_error"])} label={t("form.on_error")} disabled={!editable} options={queues.map(({ id, name }) => ({ value: id, label: name === id ? id : `${id} · ${name}` }))} onSay={(text) => text && putTop(["on_error"], text)} />
            </Labelled>
            <Labelled label={t("form.step_limit")} hint={t("form.step_limit_hint")}>
              <NumberBox whole value={typeof raw["step_limit"] === "number" ? raw["step_limit"] : null} least={5} most={500} placeholder="100" label={t("form.step_limit")} disabled={!editable} onSay={(limit) => putTop(["step_limit"], limit ?? undefined)} />
            </Labelled>
          </>
        )}
        <Labelled wide label={t("form.commands")} hint={t("form.commands_hint")}>
          <Commands />
        </Labelled>
        <Labelled wide label={t("form.prompts")}>
          <NamedPrompts />
        </Labelled>
        <Labelled wide label={t("form.subflows")} hint={t("form.subflows_hint")}>
          <div className="map-rows">
            {uses.map(({ alias, file: used, there }) => (
              <div key={alias} className="map-row">
                <span className="mono">{alias}</span>
                <span className="quiet">→</span>
                <button type="button" className="link mono" disabled={!there} onClick={() => onOpenFile(alias)}>
                  {used}
                </button>
                {!there && <span className="bad-text small">{t("form.file_missing")}</span>}
              </div>
            ))}
            {editable && <SmallButton text icon="plus" label={t("form.add_subflow")} onClick={onAddSubflow} />}
          </div>
        </Labelled>
        <Labelled wide label={t("form.calendars")} hint={t("form.calendars_hint")}>
          <Calendars />
        </Labelled>
      </div>
    </div>
  );
}
