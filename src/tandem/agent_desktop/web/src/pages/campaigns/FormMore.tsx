// The rest of a campaign's form: every field has a default that works, and says what it is.

import { Button, Checkbox, Input, InputNumber, Select, Switch } from "antd";
import type { ReactNode } from "react";
import type { Hours, ModeRule, Quota, Retry } from "../../generated/rest";
import { Icon } from "../../ui/icons";
import { TextField } from "../routing/fields";
import { readEntries, readSpans, results, spansText, usualRetries } from "./document";
import { BothRow, NumberRow, Problem, Row, useFormDesk } from "./formParts";
import { modes } from "./rows";
import { useCampaignSpeech } from "./speech";

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel form-group">
      <h3>{title}</h3>
      <div className="form-grid">{children}</div>
    </section>
  );
}

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const NINE_TO_EIGHT = [{ begin: 540, end: 1200 }];

function HoursFields({ hours }: { hours: Hours }) {
  const { t } = useCampaignSpeech();
  const { set } = useFormDesk();
  const days = (hours.days ?? {}) as Record<string, { begin: number; end: number }[]>;
  return (
    <div className="own-hours wide">
      <Row field="hours.timezone" label={t("form.timezone")}>
        <TextField className="mono" value={hours.timezone ?? "Asia/Shanghai"} label={t("form.timezone")} read={(text) => text.trim() || null} onSay={(text) => set(["hours", "timezone"], text)} />
      </Row>
      <Row field="hours.days" label={t("form.days")} hint={t("form.days_text")} wide>
        <span className="week">
          {DAYS.map((day) => (
            <label key={day}>
              <span>{t(`day.${day}`)}</span>
              <TextField
                className="mono"
                value={spansText(days[day])}
                label={t(`day.${day}`)}
                placeholder={t("form.closed_day")}
                read={(text) => {
                  const spans = readSpans(text);
                  return spans === null ? null : spansText(spans);
                }}
                onSay={(text) => set(["hours", "days"], { ...days, [day]: readSpans(text) ?? [] })}
              />
            </label>
          ))}
        </span>
      </Row>
      <Row field="hours.holidays" label={t("hours.holidays")} hint={t("hours.holidays_hint")}>
        <TextField className="mono" value={hours.holidays ?? ""} label={t("hours.holidays")} placeholder="CN" onSay={(text) => set(["hours", "holidays"], text.toUpperCase())} />
      </Row>
      <Row field="hours.closed_on" label={t("hours.closed")}>
        <TextField
          className="mono"
          value={(hours.closed_on ?? []).join(", ")}
          label={t("hours.closed")}
          placeholder="2026-10-01, 2026-10-02"
          read={(text) => (readEntries(text).every((one) => /^\d{4}-\d{2}-\d{2}$/.test(one)) ? readEntries(text).join(", ") : null)}
          onSay={(text) => set(["hours", "closed_on"], readEntries(text))}
        />
      </Row>
    </div>
  );
}

function When() {
  const { t } = useCampaignSpeech();
  const { document, set, choices } = useFormDesk();
  return (
    <Group title={t("form.group_when")}>
      <Row field="hours" label={t("form.own_hours")} hint={t("form.own_hours_text")} wide>
        <Switch
          checked={document.hours !== null}
          aria-label={t("form.own_hours")}
          onChange={(on) => set(["hours"], on ? { timezone: "Asia/Shanghai", days: Object.fromEntries(DAYS.map((day) => [day, day < 5 ? NINE_TO_EIGHT : []])), holidays: "", closed_on: [] } : null)}
        />
      </Row>
      {document.hours && <HoursFields hours={document.hours} />}
      <Row field="countries" label={t("form.countries")} hint={t("form.countries_text")}>
        <Select mode="multiple" allowClear value={document.countries} aria-label={t("form.countries")} placeholder={choices.countries.join(", ")} options={choices.countries.map((value) => ({ value, label: value }))} onChange={(value) => set(["countries"], value)} />
      </Row>
      <Row field="consent_needed" label={t("form.consent")} hint={t("form.consent_text")}>
        <Switch checked={document.consent_needed} aria-label={t("form.consent")} onChange={(on) => set(["consent_needed"], on)} />
      </Row>
    </Group>
  );
}

function Dialling() {
  const { t, pick, w } = useCampaignSpeech();
  const { document, set, choices } = useFormDesk();
  return (
    <Group title={t("form.group_dialling")}>
      {document.mode === "power" && <NumberRow field="ratio" path={["ratio"]} label={t("form.ratio")} hint={t("form.ratio_text")} value={document.ratio} min={1} max={10} />}
      {document.mode === "preview" && <NumberRow field="preview_s" path={["preview_s"]} label={t("form.preview_s")} hint={t("form.preview_s_text")} value={document.preview_s} unit="s" min={3} optional placeholder={t("form.never")} />}
      <NumberRow field="ring_s" path={["ring_s"]} label={t("form.ring_s")} hint={t("form.ring_s_text")} value={document.ring_s} unit="s" min={5} max={120} />
      <NumberRow field="wrap_up_s" path={["wrap_up_s"]} label={t("form.wrap_up_s")} hint={t("form.wrap_up_s_text")} value={document.wrap_up_s} unit="s" optional placeholder={t("form.as_installed")} />
      <Row field="order" label={t("form.order")} hint={t("form.order_text")}>
        <Select value={document.order} aria-label={t("form.order")} options={(["list", "newest", "fewest_attempts", "random"] as const).map((value) => ({ value, label: w("order", value) }))} onChange={(value) => set(["order"], value)} />
      </Row>
      <Row field="carrier" label={t("form.carrier")} hint={t("form.carrier_text")}>
        <Select value={document.carrier} aria-label={t("form.carrier")} options={[{ value: "", label: t("form.first_carrier") }, ...choices.carriers.map((one) => ({ value: one.id, label: pick(one.name, one.id) }))]} onChange={(value) => set(["carrier"], value)} />
      </Row>
      <NumberRow field="cost_cap" path={["cost_cap"]} label={t("form.cost_cap")} hint={t("form.cost_cap_text")} value={document.cost_cap} optional placeholder={t("form.no_cap")} />
      <Row field="caller_ids.numbers" label={t("form.caller_ids")} hint={t("form.caller_ids_text")} wide>
        <Input.TextArea
          className="mono"
          rows={2}
          defaultValue={(document.caller_ids.numbers ?? []).join("\n")}
          placeholder="+862161234567"
          aria-label={t("form.caller_ids")}
          onChange={(event) => set(["caller_ids", "numbers"], readEntries(event.target.value))}
        />
      </Row>
      <NumberRow field="caller_ids.most_per_day" path={["caller_ids", "most_per_day"]} label={t("form.most_per_day")} hint={t("form.most_per_day_text")} value={document.caller_ids.most_per_day} min={1} />
      <NumberRow field="caller_ids.rest_below" path={["caller_ids", "rest_below"]} label={t("form.rest_below")} hint={t("form.rest_below_text")} value={document.caller_ids.rest_below} unit="%" scale={0.01} max={100} />
      <NumberRow field="caller_ids.rest_s" path={["caller_ids", "rest_s"]} label={t("form.rest_s")} value={document.caller_ids.rest_s} unit="h" scale={3600} />
    </Group>
  );
}

function RetryRow({ result, retry }: { result: string; retry: Retry | undefined }) {
  const { t, w } = useCampaignSpeech();
  const { set } = useFormDesk();
  const path = ["attempts", "retries", result] as const;
  const name = w("result", result);
  return (
    <tr data-result={result}>
      <td>
        <Checkbox checked={retry !== undefined} onChange={(event) => set(path, event.target.checked ? (usualRetries[result] ?? { after_s: 3600, times: 1 }) : undefined)}>
          {name}
        </Checkbox>
        <Problem field={path.join(".")} />
      </td>
      {retry ? (
        <>
          <td>
            <InputNumber size="small" min={0} value={Math.round((retry.after_s / 60) * 10) / 10} suffix="min" aria-label={`${name}: ${t("form.retry_after")}`} onChange={(value) => value !== null && set([...path, "after_s"], value * 60)} />
          </td>
          <td>
            <InputNumber size="small" min={1} max={50} value={retry.times} aria-label={`${name}: ${t("form.retry_times")}`} onChange={(value) => value !== null && set([...path, "times"], value)} />
          </td>
          <td>
            <Checkbox checked={retry.other_number ?? true} aria-label={`${name}: ${t("form.other_number")}`} onChange={(event) => set([...path, "other_number"], event.target.checked)} />
          </td>
          <td>
            <Checkbox checked={retry.other_part_of_day ?? false} aria-label={`${name}: ${t("form.other_part")}`} onChange={(event) => set([...path, "other_part_of_day"], event.target.checked)} />
          </td>
        </>
      ) : (
        <td colSpan={4} className="quiet">
          {t("form.no_retry")}
        </td>
      )}
    </tr>
  );
}

function Attempts() {
  const { t } = useCampaignSpeech();
  const { document, set } = useFormDesk();
  const plan = document.attempts;
  return (
    <Group title={t("form.group_attempts")}>
      <NumberRow field="attempts.most_per_number" path={["attempts", "most_per_number"]} label={t("form.most_per_number")} value={plan.most_per_number} min={1} />
      <NumberRow field="attempts.most_per_person" path={["attempts", "most_per_person"]} label={t("form.most_per_person")} value={plan.most_per_person} min={1} />
      <NumberRow field="attempts.most_per_person_a_day" path={["attempts", "most_per_person_a_day"]} label={t("form.most_per_person_a_day")} hint={t("form.most_a_day_text")} value={plan.most_per_person_a_day} min={1} />
      <NumberRow field="attempts.gap_s" path={["attempts", "gap_s"]} label={t("form.gap")} hint={t("form.gap_text")} value={plan.gap_s} unit="min" scale={60} />
      <Row field="attempts.day_parts" label={t("form.day_parts")} hint={t("form.day_parts_text")} wide>
        <TextField
          className="mono"
          value={spansText(plan.day_parts)}
          label={t("form.day_parts")}
          read={(text) => {
            const spans = readSpans(text);
            return spans === null || spans.length === 0 ? null : spansText(spans);
          }}
          onSay={(text) => set(["attempts", "day_parts"], readSpans(text) ?? [])}
        />
      </Row>
      <div className="wide">
        <table className="rows retries">
          <thead>
            <tr>
              <th>{t("form.retry_result")}</th>
              <th>{t("form.retry_after")}</th>
              <th>{t("form.retry_times")}</th>
              <th>{t("form.other_number")}</th>
              <th>{t("form.other_part")}</th>
            </tr>
          </thead>
          <tbody>
            {results.map((result) => (
              <RetryRow key={result} result={result} retry={plan.retries?.[result]} />
            ))}
          </tbody>
        </table>
      </div>
    </Group>
  );
}

const TUNING = ["initial_silence_ms", "greeting_ms", "after_greeting_silence_ms", "total_ms", "words"] as const;

function Machines() {
  const { t, w } = useCampaignSpeech();
  const { document, set } = useFormDesk();
  const detection = document.machine_detection;
  return (
    <Group title={t("form.group_machine")}>
      <Row field="machine_detection.use" label={t("form.amd")} hint={t("form.amd_text")} wide>
        <Switch checked={detection.use ?? false} aria-label={t("form.amd")} onChange={(on) => set(["machine_detection", "use"], on)} />
      </Row>
      {detection.use && (
        <>
          <Row field="machine_detection.on_machine" label={t("form.on_machine")}>
            <Select value={detection.on_machine} aria-label={t("form.on_machine")} options={(["hang_up", "message", "agent"] as const).map((value) => ({ value, label: w("on_machine", value) }))} onChange={(value) => set(["machine_detection", "on_machine"], value)} />
          </Row>
          {detection.on_machine === "message" && <BothRow field="machine_detection.message" label={t("form.machine_message")} hint={t("form.machine_message_text")} value={detection.message ?? {}} />}
          {TUNING.map((one) => (
            <NumberRow key={one} field={`machine_detection.${one}`} path={["machine_detection", one]} label={w("amd", one)} value={detection[one]} unit={one === "words" ? "" : "ms"} min={1} />
          ))}
          {detection.on_machine !== "agent" && (
            <NumberRow field="machine_detection.sample_one_in" path={["machine_detection", "sample_one_in"]} label={t("form.sample")} hint={t("form.sample_text")} value={detection.sample_one_in} unit="" min={0} />
          )}
          <Row field="machine_detection.tune" label={t("form.tune")} hint={t("form.tune_text")} wide>
            <Select value={detection.tune} aria-label={t("form.tune")} options={(["by_hand", "by_itself"] as const).map((value) => ({ value, label: w("tune", value) }))} onChange={(value) => set(["machine_detection", "tune"], value)} />
          </Row>
          <NumberRow field="machine_detection.mistaken_share" path={["machine_detection", "mistaken_share"]} label={w("amd", "mistaken_share")} hint={t("form.mistaken_text")} value={detection.mistaken_share} unit="%" scale={100} max={100} />
        </>
      )}
    </Group>
  );
}

function Talking() {
  const { t, pick } = useCampaignSpeech();
  const { document, set, choices } = useFormDesk();
  const dispositions = choices.dispositions.map((one) => ({ value: one.id, label: pick(one.name, one.id) }));
  return (
    <Group title={t("form.group_talking")}>
      <Row field="script" label={t("card.script")} hint={t("form.script_text")} wide>
        <Input.TextArea rows={5} maxLength={20_000} dir="auto" value={document.script} aria-label={t("card.script")} onChange={(event) => set(["script"], event.target.value)} />
      </Row>
      <Row field="dispositions" label={t("form.dispositions")} hint={t("form.dispositions_text")}>
        <Select mode="multiple" allowClear optionFilterProp="label" value={document.dispositions} aria-label={t("form.dispositions")} placeholder={t("form.all")} options={dispositions} onChange={(value) => set(["dispositions"], value)} />
      </Row>
      <Row field="success" label={t("form.success")} hint={t("form.success_text")}>
        <Select mode="multiple" allowClear optionFilterProp="label" value={document.success} aria-label={t("form.success")} options={dispositions} onChange={(value) => set(["success"], value)} />
      </Row>
      <BothRow field="message" label={t("form.message")} hint={t("form.message_text")} value={document.message} />
    </Group>
  );
}

function ModeRules() {
  const { t, w } = useCampaignSpeech();
  const { document, set } = useFormDesk();
  const rules = document.mode_rules;
  const say = (next: ModeRule[]) => set(["mode_rules"], next);
  const change = (index: number, part: Partial<ModeRule>) => say(rules.map((rule, at) => (at === index ? { ...rule, ...part } : rule)));
  return (
    <Row field="mode_rules" label={t("form.mode_rules")} hint={t("form.mode_rules_text")} wide>
      {rules.map((rule, index) => (
        <span key={index} className="form-line rule-line">
          <Select size="small" value={rule.mode} aria-label={t("list.mode")} options={modes.map((value) => ({ value, label: w("mode", value) }))} onChange={(mode) => change(index, { mode })} />
          {t("form.while")}
          {(["agents_below", "left_below"] as const).map((key) => (
            <InputNumber key={key} size="small" min={0} value={rule[key] ?? null} prefix={t(`form.${key}`)} aria-label={t(`form.${key}`)} onChange={(value) => change(index, { [key]: value })} />
          ))}
          {(["answer_rate_below", "answer_rate_above"] as const).map((key) => (
            <InputNumber
              key={key}
              size="small"
              min={0}
              max={100}
              value={rule[key] === null || rule[key] === undefined ? null : Math.round(rule[key] * 1000) / 10}
              prefix={t(`form.${key}`)}
              suffix="%"
              aria-label={t(`form.${key}`)}
              onChange={(value) => change(index, { [key]: value === null ? null : value / 100 })}
            />
          ))}
          <button type="button" className="icon-button" aria-label={t("form.take_away")} onClick={() => say(rules.filter((_, at) => at !== index))}>
            <Icon name="close" size={13} />
          </button>
        </span>
      ))}
      <span>
        <Button size="small" icon={<Icon name="plus" size={12} />} onClick={() => say([...rules, { mode: "progressive", agents_below: 5 }])}>
          {t("form.add_rule")}
        </Button>
      </span>
    </Row>
  );
}

function Quotas() {
  const { t } = useCampaignSpeech();
  const { document, set } = useFormDesk();
  const quotas = document.quotas;
  const say = (next: Quota[]) => set(["quotas"], next);
  const change = (index: number, part: Partial<Quota>) => say(quotas.map((quota, at) => (at === index ? { ...quota, ...part } : quota)));
  return (
    <Row field="quotas" label={t("form.quotas")} hint={t("form.quotas_text")} wide>
      {quotas.map((quota, index) => (
        <span key={index} className="form-line rule-line">
          <Input size="small" value={quota.field} maxLength={100} placeholder={t("form.quota_field")} aria-label={t("form.quota_field")} onChange={(event) => change(index, { field: event.target.value })} />
          =
          <Input size="small" value={quota.value} maxLength={200} placeholder={t("form.quota_value")} aria-label={t("form.quota_value")} onChange={(event) => change(index, { value: event.target.value })} />
          <InputNumber size="small" min={0} value={quota.most} prefix={t("form.quota_most")} aria-label={t("form.quota_most")} onChange={(most) => most !== null && change(index, { most })} />
          <button type="button" className="icon-button" aria-label={t("form.take_away")} onClick={() => say(quotas.filter((_, at) => at !== index))}>
            <Icon name="close" size={13} />
          </button>
        </span>
      ))}
      <span>
        <Button size="small" icon={<Icon name="plus" size={12} />} onClick={() => say([...quotas, { field: "", value: "", most: 100 }])}>
          {t("form.add_quota")}
        </Button>
      </span>
    </Row>
  );
}

function Sharing() {
  const { t } = useCampaignSpeech();
  const { document } = useFormDesk();
  return (
    <Group title={t("form.group_sharing")}>
      <NumberRow field="priority" path={["priority"]} label={t("form.priority")} hint={t("form.campaign_priority_text")} value={document.priority} min={-1000} max={1000} />
      <NumberRow field="weight" path={["weight"]} label={t("form.weight")} hint={t("form.weight_text")} value={document.weight} min={0.01} max={1000} />
      <NumberRow field="goal" path={["goal", "successes"]} label={t("form.goal")} hint={t("form.goal_text")} value={document.goal.successes} optional min={1} placeholder={t("form.no_goal")} />
      <ModeRules />
      <Quotas />
    </Group>
  );
}

export function More() {
  return (
    <div className="form-more">
      <When />
      <Dialling />
      <Attempts />
      <Machines />
      <Talking />
      <Sharing />
    </div>
  );
}
