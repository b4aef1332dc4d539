// What the caller hears: words by name or written out, in all languages side by side, and values that are spoken.

import { App, Dropdown } from "antd";
import { useEffect, useRef, useState } from "react";
import { serverNow } from "../../../clock";
import { moment } from "../../../format";
import { flowsApi } from "../../../flowsApi";
import { Icon } from "../../../ui/icons";
import { useProblem } from "../../useProblem";
import { usesOf } from "../document/flowFile";
import type { Path } from "../document/yamlEdits";
import { type Plain, type PlainMap, isPlainList, isPlainMap } from "../document/yamlWords";
import { useFlowSpeech } from "../speech";
import { useRecordings } from "../useRecordings";
import { useForm } from "./context";
import { Choice, SmallButton, TextBox } from "./inputs";

const MOST = 8;
const AS = ["number", "ordinal", "digits", "money", "date", "time", "text"];
const textOf = (value: Plain | undefined): string => (typeof value === "string" ? value : value === null || value === undefined ? "" : String(value));

let playing: HTMLAudioElement | null = null;

/** One sound at a time in the whole page. */
function useListening() {
  const { message } = App.useApp();
  const problemOf = useProblem();
  const [state, setState] = useState<"idle" | "busy" | "playing">("idle");
  const own = useRef<HTMLAudioElement | null>(null);
  const stop = () => {
    own.current?.pause();
    own.current = null;
    setState("idle");
  };
  useEffect(() => () => own.current?.pause(), []);
  const listen = async (language: string, text: string) => {
    playing?.pause();
    setState("busy");
    try {
      const url = URL.createObjectURL(await flowsApi.speech(language, text));
      const audio = new Audio(url);
      const over = () => {
        URL.revokeObjectURL(url);
        if (own.current === audio) setState("idle");
      };
      audio.addEventListener("ended", over);
      audio.addEventListener("pause", over);
      own.current = audio;
      playing = audio;
      await audio.play();
      setState("playing");
    } catch (error) {
      setState("idle");
      message.error({ content: problemOf(error), key: "listen" });
    }
  };
  return { state, listen, stop };
}

export function Listen({ language, text }: { language: string; text: string }) {
  const { t, w } = useFlowSpeech();
  const { state, listen, stop } = useListening();
  const label = `${t(state === "playing" ? "prompt.stop" : "prompt.listen")} (${w("spoken_long", language)})`;
  return (
    <button
      type="button"
      className={`icon-button listen ${state}`}
      aria-label={label}
      title={label}
      disabled={text.trim() === "" || state === "busy"}
      onClick={() => (state === "playing" ? stop() : void listen(language, text))}
      data-testid="listen"
    >
      {state === "busy" ? <span className="spinner" /> : <Icon name={state === "playing" ? "stop" : "sound"} size={14} />}
    </button>
  );
}

function Recording({ language, text }: { language: string; text: string }) {
  const { t, w, pick } = useFlowSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const recordings = useRecordings();
  const own = recordings.of(language, text);
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const send = async (file: File) => {
    setBusy(true);
    try {
      const accepted = await flowsApi.upload(language, text, file);
      recordings.put(accepted);
      const done = t("prompt.uploaded", { seconds: accepted.seconds.toFixed(1), gain: `${accepted.gain_db >= 0 ? "+" : "−"}${Math.abs(accepted.gain_db).toFixed(1)}` });
      if (accepted.warnings.length === 0) message.success(done);
      else message.warning({ content: `${done} ${accepted.warnings.map((one) => pick(one)).join(" ")}`, duration: 8 });
    } catch (error) {
      message.error({ content: problemOf(error), duration: 8 });
    } finally {
      setBusy(false);
    }
  };
  const drop = async () => {
    try {
      await flowsApi.removeRecording(language, text);
      recordings.drop(language, text);
      message.success(t("prompt.recording_removed"));
    } catch (error) {
      message.error(problemOf(error));
    }
  };
  const label = `${t(own ? "prompt.recording" : "prompt.no_recording")} (${w("spoken_long", language)})`;
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept="audio/*,.wav,.flac,.ogg,.mp3"
        data-testid="recording-file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void send(file);
        }}
      />
      <Dropdown
        trigger={["click"]}
        disabled={busy || text.trim() === ""}
        menu={{
          items: [
            { key: "upload", icon: <Icon name="upload" size={14} />, label: t(own ? "prompt.upload_other" : "prompt.upload") },
            ...(own ? [{ key: "remove", icon: <Icon name="trash" size={14} />, label: <span data-testid="recording-remove">{t("prompt.remove_recording")}</span>, danger: true }] : []),
          ],
          onClick: ({ key }) => (key === "upload" ? input.current?.click() : void drop()),
        }}
      >
        <button type="button" className={`icon-button ${own ? "recorded" : ""}`} aria-label={label} title={label} disabled={busy || text.trim() === ""} data-testid="recording-menu">
          {busy ? <span className="spinner" /> : <Icon name="mic" size={14} />}
        </button>
      </Dropdown>
    </>
  );
}

/** Beside a text: that a recording is heard, and whose. */
function RecordedMark({ language, text }: { language: string; text: string }) {
  const { t, lang } = useFlowSpeech();
  const own = useRecordings().of(language, text);
  if (!own || text.trim() === "") return null;
  return (
    <span className="mark mark-recorded" title={t("prompt.recorded_by", { who: own.by, when: moment(own.at, serverNow(), lang) })} data-testid="recorded">
      <Icon name="mic" size={11} /> {t("prompt.recorded", { seconds: own.seconds.toFixed(1) })}
    </span>
  );
}

/** One text in every language, side by side. */
export function Texts({ texts, label, onSay, editable, languages }: { texts: PlainMap; label: string; onSay: (language: string, text: string) => void; editable: boolean; languages: readonly string[] }) {
  const { w, t } = useFlowSpeech();
  const all = [...languages, ...Object.keys(texts).filter((code) => !languages.includes(code))];
  return (
    <div className="texts">
      {all.map((code) => {
        const text = textOf(texts[code]);
        return (
          <div key={code} className={text.trim() === "" ? "text-of missing" : "text-of"}>
            <div className="text-head">
              <span>{w("spoken_long", code)}</span>
              {text.trim() === "" && <span className="bad-text small">{t("prompt.missing")}</span>}
              <span className="text-tools">
                <Listen language={code} text={text} />
                {editable && <Recording language={code} text={text} />}
              </span>
            </div>
            <TextBox value={text} rows={3} label={`${label} (${w("spoken_long", code)})`} lang={code === "zh" ? "zh-CN" : code} disabled={!editable} onSay={(said) => onSay(code, said)} testId={`text-${code}`} />
            <RecordedMark language={code} text={text} />
          </div>
        );
      })}
    </div>
  );
}

function Item({ value, path, onRemove, onUp, label }: { value: Plain; path: Path; onRemove?: (() => void) | undefined; onUp?: (() => void) | undefined; label: string }) {
  const { t, w } = useFlowSpeech();
  const form = useForm();
  const { file, editable, languages } = form;
  const tools = editable && (
    <span className="item-tools">
      {onUp && <SmallButton icon="up" label={t("list.up")} onClick={onUp} />}
      {onRemove && <SmallButton icon="trash" label={t("list.remove")} onClick={onRemove} />}
    </span>
  );
  if (isPlainMap(value) && Object.hasOwn(value, "say")) {
    return (
      <div className="said-item">
        <div className="item-head">
          <Icon name="digits" size={13} /> {t("prompt.value")} {tools}
        </div>
        <div className="said-value">
          <TextBox mono value={textOf(value["say"])} label={t("prompt.value")} disabled={!editable} onSay={(text) => form.put([...path, "say"], text)} />
          <Choice
            value={textOf(value["as"]) || "text"}
            label={t("prompt.as")}
            disabled={!editable}
            options={AS.map((one) => ({ value: one, label: w("as", one) }))}
            onSay={(as) => form.put([...path, "as"], as)}
          />
          {value["as"] === "money" && <TextBox value={textOf(value["currency"])} label={t("prompt.currency")} placeholder="CNY" disabled={!editable} onSay={(text) => form.put([...path, "currency"], text || undefined)} />}
        </div>
      </div>
    );
  }
  if (typeof value === "string") {
    const texts = file.prompts.get(value);
    const uses = usesOf(file, value);
    return (
      <div className="said-item">
        <div className="item-head">
          <Choice value={value} label={t("prompt.named")} disabled={!editable} options={[...file.prompts.keys(), ...(file.prompts.has(value) ? [] : [value])].map((name) => ({ value: name, label: name }))} onSay={(name) => name && form.put(path, name)} />
          {uses > 1 && <span className="mark">{t("prompt.used", { count: uses })}</span>}
          {tools}
        </div>
        {isPlainMap(texts) ? (
          <Texts texts={texts} label={label} editable={editable} languages={languages} onSay={(code, text) => form.putTop(["prompts", value, code], text)} />
        ) : (
          <p className="bad-text small">{t("prompt.unknown", { name: value })}</p>
        )}
      </div>
    );
  }
  return (
    <div className="said-item">
      {tools && (onRemove || onUp) && <div className="item-head">{tools}</div>}
      <Texts texts={isPlainMap(value) ? value : {}} label={label} editable={editable} languages={languages} onSay={(code, text) => form.put([...path, code], text)} />
    </div>
  );
}

export function Prompts({ value, path, label, optional = false }: { value: Plain | undefined; path: Path; label: string; optional?: boolean }) {
  const { t } = useFlowSpeech();
  const form = useForm();
  const items = value === undefined || value === null ? [] : isPlainList(value) ? value : [value];
  const list = isPlainList(value);
  const add = (item: Plain) => {
    if (items.length === 0) form.put(path, item);
    else if (list) form.insert(path, item);
    else form.put(path, [...items, item]);
  };
  const empty = () => Object.fromEntries(form.languages.map((code) => [code, t("prompt.new_text")]));
  const named = [...form.file.prompts.keys()][0];
  return (
    <div className="prompts-field">
      {items.map((item, index) => (
        <Item
          key={index}
          value={item}
          path={list ? [...path, index] : path}
          label={label}
          onRemove={items.length > 1 || optional ? () => form.put(list ? [...path, index] : path, undefined) : undefined}
          onUp={list && index > 0 ? () => form.swap(path, index - 1) : undefined}
        />
      ))}
      {form.editable && items.length < MOST && (
        <div className="add-row">
          <SmallButton text icon="plus" label={t("prompt.add_text")} onClick={() => add(empty())} />
          {named !== undefined && <SmallButton text icon="plus" label={t("prompt.add_named")} onClick={() => add(named)} />}
          <SmallButton text icon="plus" label={t("prompt.add_value")} onClick={() => add({ say: "call.ani", as: "digits" })} />
        </div>
      )}
    </div>
  );
}
