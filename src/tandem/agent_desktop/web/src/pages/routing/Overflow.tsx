// What becomes of callers who are not served: rules that are looked at while they wait, and what the closed queue does.

import { Input, Select } from "antd";
import { useEffect, useState } from "react";
import { useSpeech } from "../../i18n";
import { Icon } from "../../ui/icons";
import { TextField } from "./fields";
import { type ActionForm, type RuleForm, bothOf } from "./form";

const KINDS = ["queue", "number", "voicemail", "callback", "message"] as const;

export interface QueueChoice {
  value: string;
  label: string;
}

function Said({ text, onSay }: { text: Record<string, string> | undefined; onSay: (text: Record<string, string> | null) => void }) {
  const { t } = useSpeech();
  const [zh, setZh] = useState(text?.["zh"] ?? "");
  const [en, setEn] = useState(text?.["en"] ?? "");
  useEffect(() => {
    setZh(text?.["zh"] ?? "");
    setEn(text?.["en"] ?? "");
  }, [text]);
  const say = () => {
    const next = { ...(zh.trim() ? { zh: zh.trim() } : {}), ...(en.trim() ? { en: en.trim() } : {}) };
    if (JSON.stringify(next) === JSON.stringify(text ?? {})) return;
    onSay(Object.keys(next).length > 0 ? next : null);
  };
  return (
    <span className="said">
      <Input size="small" value={zh} maxLength={600} placeholder={t("form.says_zh")} aria-label={t("form.says_zh")} onChange={(event) => setZh(event.target.value)} onBlur={say} onPressEnter={say} />
      <Input size="small" value={en} maxLength={600} placeholder={t("form.says_en")} aria-label={t("form.says_en")} onChange={(event) => setEn(event.target.value)} onBlur={say} onPressEnter={say} />
    </span>
  );
}

export function ActionEditor<A extends ActionForm>({
  action,
  queues,
  onSay,
}: {
  action: A;
  queues: readonly QueueChoice[];
  onSay: (action: A) => void;
}) {
  const { t, w } = useSpeech();
  const become = (kind: string) => {
    const { to: _, ...rest } = action;
    const to = kind === "queue" ? (queues[0]?.value ?? "") : "";
    onSay({ ...rest, do: kind, ...(kind === "queue" || kind === "number" ? { to } : {}) } as A);
  };
  return (
    <span className="action">
      <Select size="small" value={action.do} options={KINDS.map((value) => ({ value, label: w("do", value) }))} aria-label={t("form.do")} onChange={become} />
      {action.do === "queue" && (
        <Select size="small" showSearch value={action.to ?? ""} options={[...queues]} aria-label={t("col.queue")} onChange={(to) => onSay({ ...action, to })} />
      )}
      {action.do === "number" && (
        <TextField value={action.to ?? ""} label={t("customer.number")} placeholder="+862160000000" onSay={(to) => onSay({ ...action, to })} />
      )}
      <Said
        text={action.text}
        onSay={(text) => {
          const { text: _, ...rest } = action;
          onSay({ ...rest, ...(text ? { text } : {}) } as A);
        }}
      />
    </span>
  );
}

export function Overflow({
  rules,
  queues,
  onSay,
}: {
  rules: readonly RuleForm[];
  queues: readonly QueueChoice[];
  onSay: (rules: readonly RuleForm[]) => void;
}) {
  const { t } = useSpeech();
  const set = (index: number, rule: RuleForm) => onSay(rules.map((old, place) => (place === index ? rule : old)));
  return (
    <ol className="rules" data-testid="overflow">
      {rules.map((rule, index) => (
        <li key={index}>
          <span className="rule-when">
            {t("form.when")}
            <TextField
              className="mono"
              value={rule.when}
              label={t("form.when")}
              placeholder="waited > 60 s and ready < 2"
              onSay={(when) => set(index, { ...rule, when })}
            />
          </span>
          <ActionEditor action={rule} queues={queues} onSay={(next) => set(index, next)} />
          <button
            type="button"
            className="icon-button"
            aria-label={t("form.remove_rule", { number: index + 1 })}
            onClick={() => onSay(rules.filter((_, place) => place !== index))}
          >
            <Icon name="trash" size={14} />
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          className="link"
          onClick={() => onSay([...rules, { when: "waited > 120 s", do: "callback" }])}
        >
          <Icon name="plus" size={12} /> {t("form.add_rule")}
        </button>
      </li>
    </ol>
  );
}

export function queueChoices(queues: Record<string, { name: Parameters<typeof bothOf>[0] }>, lang: "zh" | "en", not: string): QueueChoice[] {
  return Object.entries(queues)
    .filter(([id]) => id !== not)
    .map(([id, queue]) => ({ value: id, label: bothOf(queue.name)[lang] || id }));
}
