// The queues as a form: the list on the left, one queue on the right.

import { Input, InputNumber, Select, Switch } from "antd";
import { useMemo, useState } from "react";
import type { ClosureView, FormEdit } from "../../generated/rest";
import { type Language, useSpeech } from "../../i18n";
import { Field, Name, Nothing } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useQuestion } from "../../ui/useQuestion";
import { type Column, DataGrid } from "../../ui/DataGrid";
import { ClosureButton } from "./ClosureButton";
import { TextField, TimeField } from "./fields";
import { type PlanForm, type QueueForm, bothOf, readTarget, skillsOf } from "./form";
import { ActionEditor, Overflow, queueChoices } from "./Overflow";
import { Steps } from "./Steps";
import { useDesk } from "../../desk";

const ID = /^[A-Za-z0-9][\w.-]{0,62}$/;

interface Props {
  form: PlanForm;
  edit: (edits: readonly FormEdit[]) => void;
  closures: readonly ClosureView[];
  onClosures: (closures: readonly ClosureView[]) => void;
}

function Basics({ id, queue, form, edit }: { id: string; queue: QueueForm; form: PlanForm; edit: Props["edit"] }) {
  const { t } = useSpeech();
  const name = bothOf(queue.name);
  const target = readTarget(queue.target) ?? { percent: 80, time: "20 s" };
  const put = (key: string, value: unknown) => edit([{ path: ["queues", id, key], value }]);
  const hours = Object.keys(form.hours ?? {});
  return (
    <div className="form-grid">
      <Field label={t("form.name_zh")}>
        <TextField value={name.zh} label={t("form.name_zh")} onSay={(zh) => put("name", { ...name, zh })} read={(text) => text.trim() || null} />
      </Field>
      <Field label={t("form.name_en")}>
        <TextField value={name.en} label={t("form.name_en")} onSay={(en) => put("name", { ...name, en })} read={(text) => text.trim() || null} />
      </Field>
      <Field label={t("form.target")}>
        <span className="form-line">
          <InputNumber
            min={1}
            max={100}
            suffix="%"
            value={target.percent}
            aria-label={t("form.target_share")}
            onChange={(percent) => percent !== null && put("target", `${percent}% in ${target.time}`)}
          />
          {t("form.in")}
          <TimeField value={target.time} label={t("form.target_time")} onSay={(time) => put("target", `${target.percent}% in ${time || "20 s"}`)} />
        </span>
      </Field>
      <Field label={t("form.priority")} hint={t("form.priority_hint")}>
        <InputNumber min={-1000} max={1000} value={queue.priority ?? 0} aria-label={t("form.priority")} onChange={(value) => put("priority", value || null)} />
      </Field>
      <Field label={t("form.handle")}>
        <TimeField value={queue.handle ?? ""} placeholder="3 min" label={t("form.handle")} onSay={(text) => put("handle", text || null)} />
      </Field>
      <Field label={t("form.hours")}>
        <Select
          value={queue.hours ?? ""}
          aria-label={t("form.hours")}
          options={[{ value: "", label: t("form.always_open") }, ...hours.map((value) => ({ value, label: value }))]}
          onChange={(value) => put("hours", value || null)}
        />
      </Field>
      <Field label={t("form.kind")}>
        <Select
          value={queue.kind ?? "voice"}
          aria-label={t("form.kind")}
          options={[
            { value: "voice", label: t("form.kind_voice") },
            { value: "task", label: t("form.kind_task") },
          ]}
          onChange={(value) => put("kind", value === "voice" ? null : value)}
        />
      </Field>
      <Field label={t("form.rejoin")} hint={t("form.rejoin_hint")}>
        <TimeField value={queue.rejoin_within ?? ""} placeholder="5 min" label={t("form.rejoin")} onSay={(text) => put("rejoin_within", text || null)} />
      </Field>
    </div>
  );
}

function Habits({ id, queue, edit }: { id: string; queue: QueueForm; edit: Props["edit"] }) {
  const { t } = useSpeech();
  const put = (key: string, value: unknown) => edit([{ path: ["queues", id, key], value }]);
  const sticky = queue.sticky;
  const callback = queue.callback ?? {};
  return (
    <div className="form-grid">
      <Field label={t("form.sticky")} hint={t("form.sticky_hint")}>
        <span className="form-line">
          <Switch checked={sticky !== undefined} aria-label={t("form.sticky")} onChange={(on) => put("sticky", on ? { prefer: "last_agent", up_to: "15 s" } : null)} />
          {sticky && (
            <>
              <Select
                value={sticky.prefer ?? "last_agent"}
                aria-label={t("form.sticky")}
                options={["last_agent", "owner"].map((value) => ({ value, label: t(value === "owner" ? "form.owner" : "form.last_agent") }))}
                onChange={(prefer) => put("sticky", { ...sticky, prefer })}
              />
              {t("form.up_to")}
              <TimeField value={sticky.up_to ?? "15 s"} label={t("form.up_to")} onSay={(up_to) => put("sticky", { ...sticky, up_to: up_to || "15 s" })} />
            </>
          )}
        </span>
      </Field>
      <Field label={t("form.callback")}>
        <span className="form-line">
          <Select
            value={callback.first ?? "agent"}
            aria-label={t("form.callback")}
            options={[
              { value: "agent", label: t("line.mode_agent") },
              { value: "customer", label: t("line.mode_customer") },
            ]}
            onChange={(first) => put("callback", { ...callback, first })}
          />
          <InputNumber
            min={1}
            max={20}
            value={callback.attempts ?? 3}
            suffix={t("form.attempts")}
            aria-label={t("form.attempts")}
            onChange={(attempts) => attempts !== null && put("callback", { ...callback, attempts })}
          />
        </span>
      </Field>
    </div>
  );
}

function QueueEditor({ id, form, edit, closures, onClosures, onGone }: Props & { id: string; onGone: () => void }) {
  const { t, lang } = useSpeech();
  const mayChange = useDesk().me.may.includes("change_routing");
  const [confirm, holder] = useQuestion();
  const skills = useMemo(() => skillsOf(form), [form]);
  const choices = useMemo(() => queueChoices(form.queues, lang, id), [form, lang, id]);
  const queue = form.queues[id];
  if (!queue) return null;
  const name = bothOf(queue.name)[lang] || id;
  const put = (key: string, value: unknown) => edit([{ path: ["queues", id, key], value }]);
  const remove = () =>
    confirm({
      title: t("form.remove_queue_sure", { name }),
      content: t("form.remove_queue_text"),
      okText: t("form.remove_queue"),
      okButtonProps: { danger: true },
      onOk: () => {
        edit([{ path: ["queues", id], value: null }]);
        onGone();
      },
    });
  return (
    <section className="panel queue-editor fill" data-testid="queue-editor">
      {holder}
      <header className="panel-head">
        <h2>
          <Name>{name}</Name>
        </h2>
        <span className="mono quiet">{id}</span>
        <div className="panel-extra">
          {mayChange && <ClosureButton queue={id} name={name} closures={closures} onChange={onClosures} />}
          <button type="button" className="icon-button" aria-label={t("form.remove_queue")} title={t("form.remove_queue")} onClick={remove}>
            <Icon name="trash" />
          </button>
        </div>
      </header>
      <div className="queue-fields scroll">
        <Basics id={id} queue={queue} form={form} edit={edit} />
        <h3>{t("form.steps")}</h3>
        <Steps steps={queue.steps ?? ["anyone"]} skills={skills} onSay={(steps) => put("steps", steps)} />
        <h3>{t("form.overflow")}</h3>
        <p className="quiet small">{t("form.overflow_hint")}</p>
        <Overflow rules={queue.overflow ?? []} queues={choices} onSay={(rules) => put("overflow", rules.length > 0 ? rules : null)} />
        <h3>{t("form.closed")}</h3>
        <div className="form-line">
          <Switch
            checked={queue.closed !== undefined}
            aria-label={t("form.closed")}
            onChange={(on) => put("closed", on ? { do: "message" } : null)}
          />
          {queue.closed ? (
            <ActionEditor action={queue.closed} queues={choices} onSay={(action) => put("closed", action)} />
          ) : (
            <span className="quiet">{t("form.closed_plain")}</span>
          )}
        </div>
        <Field label={t("form.closing")}>
          <Select
            className="form-short"
            value={queue.closing ?? "serve"}
            aria-label={t("form.closing")}
            options={[
              { value: "serve", label: t("form.closing_serve") },
              { value: "closed", label: t("form.closing_closed") },
            ]}
            onChange={(value) => put("closing", value === "serve" ? null : value)}
          />
        </Field>
        <h3>{t("form.habits")}</h3>
        <Habits id={id} queue={queue} edit={edit} />
      </div>
    </section>
  );
}

interface QueueLine {
  id: string;
  name: string;
  target: string;
  steps: number;
  closed: boolean;
}

function lineOf(id: string, queue: QueueForm, lang: Language, closures: readonly ClosureView[]): QueueLine {
  const target = readTarget(queue.target);
  return {
    id,
    name: bothOf(queue.name)[lang] || id,
    target: target ? `${target.percent} % · ${target.time}` : (queue.target ?? ""),
    steps: queue.steps?.length ?? 1,
    closed: closures.some((closure) => closure.queue === id || closure.queue === null),
  };
}

export function QueueForms(props: Props) {
  const { form, edit, closures } = props;
  const { t, lang } = useSpeech();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [adding, setAdding] = useState("");
  const lines = useMemo(
    () =>
      Object.entries(form.queues)
        .map(([id, queue]) => lineOf(id, queue, lang, closures))
        .filter((line) => `${line.id} ${line.name}`.toLocaleLowerCase().includes(search.toLocaleLowerCase())),
    [form, lang, closures, search],
  );
  const current = chosen !== null && form.queues[chosen] ? chosen : (lines[0]?.id ?? null);
  const columns = useMemo<Column<QueueLine>[]>(
    () => [
      {
        key: "name",
        title: t("col.queue"),
        width: "minmax(84px, 1fr)",
        render: (line) => (
          <span className="cell-line">
            <b>
              <Name>{line.name}</Name>
            </b>
            {line.closed && <span className="mark mark-closed">{t("queue.closed")}</span>}
          </span>
        ),
      },
      { key: "steps", title: t("form.steps_count"), width: "44px", from_px: 300, align: "right", render: (line) => <span className="num">{line.steps}</span> },
      { key: "target", title: t("form.target"), width: "minmax(0, 78px)", render: (line) => <span className="num quiet cut">{line.target}</span> },
    ],
    [t],
  );
  const add = () => {
    const id = adding.trim();
    if (!ID.test(id) || form.queues[id]) return;
    edit([{ path: ["queues", id], value: { name: { zh: id, en: id }, target: "80% in 20 s", steps: ["anyone"] } }]);
    setChosen(id);
    setAdding("");
  };
  const bad = adding !== "" && (!ID.test(adding.trim()) || form.queues[adding.trim()] !== undefined);
  return (
    <div className="queue-forms">
      <section className="panel fill">
        <header className="filters">
          <Input allowClear value={search} placeholder={t("form.find_queue")} aria-label={t("form.find_queue")} onChange={(event) => setSearch(event.target.value)} />
        </header>
        <DataGrid
          columns={columns}
          rows={lines}
          rowKey={(line) => line.id}
          label={t("plan.view_queues")}
          testId="plan-queue-list"
          onOpen={(line) => setChosen(line.id)}
          isOpen={(line) => line.id === current}
          empty={<Nothing icon="list" title={t(search ? "nothing_found" : "board.no_queues")} />}
        />
        <footer className="queue-add">
          <Input
            value={adding}
            status={bad ? "error" : ""}
            placeholder={t("form.new_queue")}
            aria-label={t("form.new_queue")}
            onChange={(event) => setAdding(event.target.value)}
            onPressEnter={add}
            suffix={
              <button type="button" className="icon-button" aria-label={t("form.add_queue")} disabled={adding === "" || bad} onClick={add}>
                <Icon name="plus" size={14} />
              </button>
            }
          />
        </footer>
      </section>
      {current === null ? (
        <section className="panel fill">
          <Nothing icon="list" title={t("board.no_queues")}>
            {t("form.no_queues_text")}
          </Nothing>
        </section>
      ) : (
        <QueueEditor key={current} {...props} id={current} onGone={() => setChosen(null)} />
      )}
    </div>
  );
}
