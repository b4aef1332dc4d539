// Made-up routing for the mock server: a plan that can be edited, a line, reasons, tasks, what-if, staffing.

import { nameOf, queues } from "./data.mjs";

const now = () => Date.now() / 1000;
const both = (zh, en) => ({ zh, en });
const skillNames = ["language:zh", "language:en", "product:cards", "product:loans", "product:funds", "vip", "complaints", "tech", "region:east", "region:north", "fraud", "sales"];

export function planForm(agents, extraQueues = 0) {
  const form = {
    format: 1,
    queues: {
      "service-zh": {
        name: both("中文服务", "Service, Chinese"),
        target: "80% in 20 s",
        steps: ["language:zh>=3 and product:cards>=2", { after: "10 s", or_predicted_over: "20 s", needs: "language:zh>=2" }, { after: "45 s", needs: "anyone" }],
        hours: "office",
        closed: { do: "voicemail", text: both("现在是非营业时间，请留言。", "We are closed, please leave a message.") },
        overflow: [{ when: "predicted > 2 min", do: "callback", text: both("可以为您保留位次并回拨。", "We can keep your place and call you back.") }, { when: "waited > 5 min and ready < 2", do: "queue", to: "vip" }],
        sticky: { prefer: "last_agent", up_to: "15 s", within: "30 d" },
      },
      "service-en": { name: both("英文服务", "Service, English"), target: "80% in 20 s", steps: ["language:en>=4", { after: "15 s", needs: "language:en>=2" }] },
      cards: { name: both("信用卡", "Credit cards"), priority: 5, target: "90% in 15 s", handle: "4 min", steps: ["product:cards>=3", { after: "10 s", needs: "product:cards>=1" }], callback: { first: "customer", attempts: 2 } },
      vip: { name: both("贵宾", "VIP"), priority: 20, target: "95% in 10 s", steps: ["vip>=4 and language:zh>=4", { after: "5 s", needs: "vip>=2" }] },
      tickets: { name: both("工单", "Tickets"), kind: "task", target: "80% in 4 h", steps: ["anyone"] },
    },
    agents: Object.fromEntries(
      Array.from({ length: agents }, (_, index) => [
        `agent${index + 1}`,
        {
          skills: Object.fromEntries(skillNames.map((skill, place) => [skill, (index * 7 + place * 3) % 9]).filter(([, level]) => level > 0 && level < 6)),
          site: index % 3 ? "shanghai" : "beijing",
          team: `team${(index % 7) + 1}`,
        },
      ]),
    ),
    hours: { office: { timezone: "Asia/Shanghai", weekly: { "mon-fri": "09:00-18:00", sat: "10:00-16:00" }, closed: ["2026-10-01..2026-10-07"] } },
    shifts: {
      day: { timezone: "Asia/Shanghai", weekly: { "mon-fri": "09:00-12:00 13:00-15:30 15:45-18:00", sat: "10:00-14:00" }, holidays: "CN", teams: ["team1", "team2", "team3"] },
      late: { timezone: "Asia/Shanghai", weekly: { "mon-fri": "14:00-18:00 18:30-22:00" }, closed: ["2026-10-01..2026-10-07"], open: { "2026-11-11": "10:00-14:00 14:30-24:00" }, teams: ["team4"] },
      night: { timezone: "Asia/Shanghai", weekly: { "mon-thu": "00:00-02:00 02:30-06:00 22:00-24:00", fri: "00:00-02:00 02:30-06:00", sun: "22:00-24:00" }, teams: ["team5"] },
      training: { timezone: "Asia/Shanghai", weekly: { wed: "09:00-12:00" } },
    },
  };
  for (let index = 0; index < extraQueues; index += 1) form.queues[`queue-${index}`] = { name: both(`队列 ${index}`, `Queue ${index}`), target: "80% in 20 s", steps: ["anyone"] };
  return form;
}

const flat = (value) => (Array.isArray(value) ? `[${value.map(flat).join(", ")}]` : value && typeof value === "object" ? `{${Object.entries(value).map(([key, one]) => `${key}: ${flat(one)}`).join(", ")}}` : String(value));

function planText(form) {
  const lines = [`format: ${form.format}`];
  for (const section of ["queues", "agents", "hours", "shifts"]) {
    lines.push("", `${section}:`);
    for (const [id, value] of Object.entries(form[section] ?? {})) {
      if (section === "agents") lines.push(`  ${id}: ${flat(value)}`);
      else {
        lines.push(`  ${id}:`);
        for (const [key, one] of Object.entries(value)) {
          if (Array.isArray(one)) lines.push(`    ${key}:`, ...one.map((item) => `      - ${flat(item)}`));
          else lines.push(`    ${key}: ${flat(one)}`);
        }
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

function put(into, [key, ...rest], value) {
  if (Array.isArray(into)) {
    const list = [...into];
    const index = key === "-" ? list.length : Number(key);
    const next = rest.length ? put(list[index], rest, value) : value;
    if (next === null) list.splice(index, 1);
    else list[index] = next;
    return list;
  }
  const record = { ...into };
  const next = rest.length ? put(record[key] ?? {}, rest, value) : value;
  if (next === null) delete record[key];
  else record[key] = next;
  return record;
}

export const state = { version: 12, form: planForm(5), note: "more for Mondays", by: "admin", at: now() - 7200, closures: [], texts: new Map(), cancelled: new Set(), lineSize: 5, jobs: [] };
state.texts.set(planText(state.form), state.form);

function problems(text) {
  const found = [];
  text.split("\n").forEach((line, index) => {
    if (/>=[6-9]/.test(line)) found.push({ line: index + 1, path: [], severity: "error", what: both("技能等级为 1 到 5。", "A skill has levels 1 to 5."), fix: both("请写 >=1 到 >=5。", "Write >=1 to >=5.") });
    if (/\t/.test(line)) found.push({ line: index + 1, path: [], severity: "error", what: both("缩进中有制表符。", "There is a tab in the indentation."), fix: both("请使用空格。", "Use spaces.") });
    if (/language:es/.test(line)) found.push({ line: index + 1, path: [], severity: "warning", what: both("此步骤永远无法匹配：没有人具备 language:es>=4。", "This step can never match: nobody has language:es>=4."), fix: both("请降低要求，或为座席添加该技能。", "Lower the need, or give somebody the skill.") });
  });
  return found;
}

/** What the checker says of shifts: the same team in two of them, one that nobody works. */
function shiftProblems(form) {
  const found = [];
  const shiftOf = new Map();
  for (const [name, shift] of Object.entries(form.shifts ?? {})) {
    (shift.teams ?? []).forEach((team, index) => {
      const other = shiftOf.get(team);
      if (other) found.push({ line: 1, path: ["shifts", name, "teams", String(index)], severity: "error", what: both("这个班组已在另一个班次中", `the team "${team}" works the shift "${other}" already`), fix: both("一个班组只排一个班次；个别座席可另写 shift。", "Name the team in one shift; single agents may have another one (shift: ...).") });
      shiftOf.set(team, name);
    });
    const idle = !shift.teams && !Object.values(form.agents ?? {}).some((agent) => agent.shift === name);
    if (idle) found.push({ line: 1, path: ["shifts", name, "teams"], severity: "warning", what: both("没有座席上这个班次", "nobody works this shift"), fix: both("请写上 teams，或在座席下写 shift，或删除。", `Name its teams (teams: [...]), give agents shift: ${name}, or remove it.`) });
    if (Object.keys(shift.weekly).length === 0 && !shift.open) found.push({ line: 1, path: ["shifts", name, "weekly"], severity: "error", what: both("这些时间永远不会开放", "these hours never open"), fix: both("请至少写一天的时间。", "Give at least one day its times.") });
  }
  return found;
}

function plan() {
  const text = planText(state.form);
  state.texts.set(text, state.form);
  return { version: state.version, text, form: state.form, problems: [...problems(text), ...shiftProblems(state.form)], note: state.note, created_by: state.by, created_at: state.at, closures: state.closures };
}

function check(text) {
  const unreadable = problems(text);
  const failed = unreadable.some((one) => one.severity === "error");
  const form = state.texts.get(text) ?? state.form;
  return { problems: [...unreadable, ...shiftProblems(form)], form: failed ? null : form };
}

const kinds = ["live", "live", "virtual", "live", "cut_off", "live", "task", "transferred"];

function entries() {
  return Array.from({ length: state.lineSize }, (_, index) => {
    const kind = kinds[index % kinds.length];
    const virtual = kind === "virtual";
    const scheduled = virtual && index % 16 === 10;
    return {
      id: `w${index}`,
      kind,
      place: scheduled || kind === "cut_off" ? null : index + 1,
      state: scheduled ? "scheduled" : kind === "cut_off" ? "kept" : index === 0 ? "ringing" : virtual && index % 5 === 0 ? "retry" : "waiting",
      call: kind === "live" || kind === "transferred" ? `call${index}` : null,
      number: kind === "task" ? "" : `+86139${String(10000000 + index * 7919).slice(0, 8)}`,
      name: index % 3 ? nameOf(index + 2) : "",
      queue: queues[index % 4].id,
      tier: ["vip", "gold", "standard", "standard"][Math.min(3, Math.floor(index / Math.max(1, state.lineSize / 4)))],
      tier_rank: 2,
      priority: 0,
      since: now() - 300 + index * (290 / Math.max(1, state.lineSize)),
      waited_s: 300 - index * (290 / Math.max(1, state.lineSize)),
      predicted_p50_s: scheduled ? null : 8 + index * 3.5,
      predicted_p90_s: scheduled ? null : 21 + index * 8,
      step: index % 3,
      step_needs: ["language:zh>=3 and product:cards>=2", "language:zh>=2", "no special skill"][index % 3],
      agent: index === 0 ? "agent3" : null,
      site: index % 2 ? "shanghai" : "",
      mode: virtual ? (index % 4 ? "agent" : "customer") : "",
      window: scheduled ? { start_at: now() + 3600, end_at: now() + 7200 } : null,
      attempts: virtual && index > 5 ? [{ at: now() - 900, outcome: "busy" }, { at: now() - 400, outcome: "no_answer" }] : [],
      attempts_allowed: 3,
      next_attempt_at: virtual && index % 5 === 0 ? now() + 140 : null,
      created_by: virtual ? (index % 4 ? "agent1" : "") : "",
      note: virtual && index % 4 ? "想了解分期付款，下午方便。" : "",
    };
  }).filter((one) => !state.cancelled.has(one.id));
}

function waiting(id) {
  const none = Number(id.replace(/\D/g, "")) % 4 === 3;
  return {
    id,
    queue: "service-zh",
    place: 3,
    waited_s: 42,
    step: 0,
    step_needs: "language:zh>=3 and product:cards>=2",
    next_step_in_s: 8.2,
    logged_on: 11,
    free: 0,
    ahead: 2,
    skipped: [1],
    predicted_p50_s: 18,
    predicted_p90_s: 55,
    text: both("11 名具备 language:zh≥3 和 product:cards≥2 的座席都在通话中，前面还有 2 位。", "All 11 agents with language:zh at 3 and product:cards at 2 or better are busy; 2 stand before him."),
    change: none
      ? { kind: "none", text: both("只能等待一名座席空闲。", "Only an agent who becomes free helps."), agent: null, agent_name: "", need: "", in_s: 0 }
      : { kind: "lower_need", text: both("把 product:cards 降到 1：陈静此刻空闲。", "Lower product:cards to 1: 陈静 is free now."), agent: "agent5", agent_name: "陈静", need: "product:cards", in_s: 0 },
  };
}

function decision(index) {
  return {
    at: now() - 600 + index * 30,
    agent: `agent${index + 1}`,
    agent_name: nameOf(index),
    queue: "service-zh",
    rule: index ? "longest_idle" : "spare_scarce",
    text: both(`4 名可接听的座席中，${nameOf(index)} 对其他队列影响最小，已空闲 3 分 5 秒。`, `Of 4 who could take it, ${nameOf(index)} is missed least by other queues; idle for 3 min 5 s.`),
    step: index,
    step_needs: "language:zh>=3 and product:cards>=2",
    place: 2 - index,
    waited_s: 12 + index * 20,
    idle_s: 185,
    cost_s: 2.4,
    eligible: 9,
    waiting: 3,
    predicted_p50_s: 14,
    predicted_p90_s: 37,
    candidates: index
      ? []
      : [
          { agent: "agent5", name: nameOf(4), idle_s: 241, cost_s: 14.8, reason: "scarce", text: both("几乎是最后一名空闲的 VIP 座席", "nearly the last idle agent for VIP") },
          { agent: "agent6", name: nameOf(5), idle_s: 96, cost_s: 5.1, reason: "idle_less", text: both("空闲时间较短", "has been idle for less time") },
          { agent: "agent7", name: nameOf(6), idle_s: 178, cost_s: 6.6, reason: "slower", text: both("处理此类来电较慢（等级 2）", "handles these calls more slowly (level 2)") },
        ],
    overtaken: index ? [] : [{ id: "w9", queue: "cards", waited_s: 31, rule: "tier", text: both("VIP 优先", "a VIP goes first") }],
    skipped: index ? [0] : [],
  };
}

export function task(index, part = {}) {
  return {
    id: `t${index}`,
    queue: "tickets",
    queue_name: both("工单", "Tickets"),
    title: ["寄送合同副本", "Explain the fee on the statement of October", "<b>核实地址</b>"][index % 3],
    text: index % 2 ? "客户来信要求寄送 2024 年贷款合同副本。\n地址：上海市浦东新区世纪大道 100 号。" : "",
    customer: "k1",
    customer_name: nameOf(index + 1),
    number: "+8613800138000",
    priority: 0,
    state: index ? "in_hand" : "offered",
    agent: "agent1",
    created_by: "supervisor",
    created_at: now() - 4000,
    offered_until: index ? null : now() + 55,
    accepted_at: index ? now() - 300 : null,
    done_at: null,
    note: "",
    why: both("具备技能且任务最少", "Has the skill and the fewest tasks in hand"),
    ...part,
  };
}

const measure = (name, zh, en, unit, better, before, after, spread) => ({ name, unit, better, title: both(zh, en), before, after, difference: after - before, low: after - before - spread, high: after - before + spread });
const wave = (minute, at, width) => Math.exp(-(((minute - at) / width) ** 2));

function result() {
  return {
    measures: [
      measure("service_level", "服务水平", "Service level", "share", "higher", 0.812, 0.861, 0.013),
      measure("service_level:vip", "服务水平：贵宾", "Service level, VIP", "share", "higher", 0.934, 0.941, 0.012),
      measure("asa_s", "平均应答时间", "Average speed of answer", "seconds", "lower", 14.2, 9.7, 1.1),
      measure("abandoned_share", "放弃率", "Abandoned", "share", "lower", 0.041, 0.029, 0.004),
      measure("occupancy", "占用率", "Occupancy", "share", "neither", 0.873, 0.851, 0.006),
      measure("overtaken_share", "被超越", "Overtaken in their class", "share", "lower", 0.001, 0.003, 0.001),
    ],
    half_hours: Array.from({ length: 24 }, (_, index) => {
      const minute = 480 + index * 30;
      const load = wave(minute, 620, 110) + 0.8 * wave(minute, 900, 130);
      const idle = index > 21;
      return {
        minute,
        offered: 140 * load,
        service_level_before: idle ? null : Math.min(1, 1.02 - 0.4 * load),
        service_level_after: idle ? null : Math.min(1, 1.03 - 0.27 * load),
        waiting_before: 9 * load ** 2,
        waiting_after: 5.4 * load ** 2,
        occupancy_before: idle ? null : Math.min(0.97, 0.35 + 0.6 * load),
        occupancy_after: idle ? null : Math.min(0.95, 0.34 + 0.57 * load),
      };
    }),
    actual: [measure("service_level", "服务水平", "Service level", "share", "higher", 0.818, 0.812, 0.01), measure("asa_s", "平均应答时间", "Average speed of answer", "seconds", "lower", 13.6, 14.2, 0.8)],
    notes: [both("耐心：指数分布，平均 184 秒，由 3,412 通来电（其中 139 通放弃）拟合。", "Patience: exponential with mean 184 s, fitted to 3,412 calls of which 139 were abandoned.")],
  };
}

function jobView(job) {
  const done = job.state === "running" ? Math.min(job.runs, Math.floor((now() - job.started_at) * 3)) : job.runs_done;
  if (job.state === "running" && done >= job.runs) job.state = "done";
  job.runs_done = done;
  return { ...job, remaining_s: job.state === "running" ? (job.runs - done) / 3 : null, result: job.state === "done" ? result() : null };
}

function start({ day, change, runs }) {
  const bad = /nonsense/.test(change);
  const job = { id: `job${state.jobs.length + 1}`, day, change, state: bad ? "failed" : "running", runs, runs_done: 0, started_at: now(), remaining_s: null, by: "supervisor", problem: bad ? both("第 1 行：没有名为 nonsense 的队列。请使用方案中的队列。", "Line 1: there is no queue nonsense. Use one of the plan's.") : {}, result: null };
  state.jobs.unshift(job);
  return jobView(job);
}

const desk = () => ({
  days: state.lineSize === 0 ? [] : [1, 2, 3].map((back) => ({ day: new Date(Date.now() - back * 864e5).toISOString().slice(0, 10), calls: 3412 - back * 211, agents: 64, complete: back !== 1 })),
  examples: [
    { title: both("多一名座席", "one more agent"), change: "agents:\n  extra-1: {skills: {language:zh: 4, product:cards: 3}}\n" },
    { title: both("降低要求", "lower a need"), change: "queues:\n  service-zh:\n    steps:\n      - language:zh>=2\n      - {after: 20 s, needs: anyone}\n" },
    { title: both("延长营业时间", "other hours"), change: "hours:\n  office:\n    weekly: {mon-fri: 08:00-20:00}\n" },
  ],
  jobs: state.jobs.map((job) => ({ ...jobView(job), result: null })),
});

function staffing(queue, day) {
  return {
    queue,
    day,
    target_s: 20,
    target_share: 0.8,
    handle_s: 214,
    patience_s: 184,
    history_days: state.lineSize === 0 ? 0 : 42,
    half_hours: state.lineSize === 0 ? [] : Array.from({ length: 20 }, (_, index) => {
      const minute = 480 + index * 30;
      const load = wave(minute, 620, 110) + 0.8 * wave(minute, 900, 130);
      const calls = 130 * load;
      return { minute, forecast: calls, low: calls * 0.84, high: calls * 1.17 + 2, actual: index < 7 ? calls * (1 + 0.1 * Math.sin(index)) : null, erlang_a: Math.ceil((calls * 214) / 1800 + 1.1 * Math.sqrt(calls / 8)), erlang_c: Math.ceil((calls * 214) / 1800 + 2 * Math.sqrt(calls / 8)) + 1, service_level: 0.82, on_shift: Math.round((calls * 214) / 1800) };
    }),
    notes: [],
  };
}

const accuracy = () => ({
  since: now() - 6 * 3600,
  queues: state.lineSize === 0 ? [] : [
    { queue: null, count: 5211, coverage: 0.804, bias_s: 0.8, error_s: 7.4 },
    ...queues.map((queue, index) => ({ queue: queue.id, count: [3100, 900, 1180, 31][index], coverage: [0.801, 0.744, 0.866, 0.71][index], bias_s: [-0.3, 4.1, 2.2, 0][index], error_s: 6 + index })),
  ],
});

/** Answers by method and path; the groups of the pattern are passed on. */
const routes = [
  ["GET", /^\/api\/routing$/, () => [200, plan()]],
  ["POST", /^\/api\/routing\/check$/, (body) => [200, check(body.text)]],
  ["POST", /^\/api\/routing\/form$/, (body) => {
    const form = body.edits.reduce((changed, edit) => put(changed, edit.path, edit.value), state.texts.get(body.text) ?? state.form);
    const text = planText(form);
    const backwards = /(\d\d:\d\d)-(\d\d:\d\d)/g;
    const bad = [...JSON.stringify(form.shifts ?? {}).matchAll(backwards)].find(([, from, to]) => from >= to);
    if (bad) return [200, { text, form: null, problems: [{ line: 1, path: [], severity: "error", what: both("结束早于开始", `"${bad[0]}" ends before it begins`), fix: both("跨午夜请写到 24:00，次日从 00:00 开始。", "Where it goes past midnight, end at 24:00 and begin the next day at 00:00.") }] }];
    state.texts.set(text, form);
    return [200, { text, ...check(text) }];
  }],
  ["POST", /^\/api\/routing\/preview$/, (body) => [200, {
    base_version: state.version,
    problems: problems(body.text),
    changes: [
      { path: "queues.service-zh.target", kind: "changed", text: both("中文服务：目标由 20 秒内 80% 改为 30 秒内 85%", "Service, Chinese: target 85% in 30 s (was 80% in 20 s)") },
      { path: "agents.agent9", kind: "added", text: both("新座席 agent9：language:zh 4", "New agent agent9: language:zh 4") },
      { path: "queues.cards.steps.1", kind: "removed", text: both("信用卡：删除第 2 步", "Credit cards: step 2 is gone") },
    ],
    more_changes: 0,
    effects: [{ severity: "info", text: both("12 位等待的客户会立即接通。", "12 waiting callers would match at once.") }, { severity: "warning", text: both("3 位信用卡客户将没有人可以接听。", "3 callers of Credit cards would have nobody who may take them.") }],
  }]],
  ["POST", /^\/api\/routing\/apply$/, (body) => {
    if (body.base_version !== state.version) return [409, { code: "plan_changed", message: `Version ${state.version} was applied meanwhile.`, retryable: false }];
    Object.assign(state, { version: state.version + 1, form: state.texts.get(body.text) ?? state.form, note: body.note, by: "supervisor", at: now() });
    return [200, plan()];
  }],
  ["GET", /^\/api\/routing\/versions$/, () => [200, { versions: Array.from({ length: state.version }, (_, index) => ({ version: state.version - index, note: ["more for Mondays", "", "节假日安排", "two new agents"][index % 4], created_by: index % 2 ? "admin" : "赵磊", created_at: state.at - index * 86000, active: index === 0 })) }]],
  ["GET", /^\/api\/routing\/versions\/(\d+)$/, (_, version) => {
    const text = planText(put(put(state.form, ["queues", "cards", "priority"], Number(version)), ["agents", "agent2", "skills"], { "language:zh": 3 }));
    return [200, { version: { version: Number(version), note: "", created_by: "admin", created_at: state.at, active: false }, text }];
  }],
  ["POST", /^\/api\/(?:queues\/([^/]+)\/)?closure$/, (body, queue = null) => {
    state.closures = state.closures.filter((one) => one.queue !== queue);
    if (body.closed) state.closures.push({ queue, reason: body.reason, text: {}, by: "supervisor", at: now() });
    return [200, { closures: state.closures }];
  }],
  ["GET", /^\/api\/line$/, (_, __, query) => {
    const found = entries().filter((one) => !query.get("queue") || one.queue === query.get("queue"));
    return [200, { now: now(), entries: found, total: found.length }];
  }],
  ["GET", /^\/api\/line\/([^/]+)\/why$/, (_, id) => [200, waiting(id)]],
  ["POST", /^\/api\/line\/callbacks$/, () => [201, entries()[0] ?? {}]],
  ["PUT", /^\/api\/line\/callbacks\/(.+)$/, () => [200, entries()[0] ?? {}]],
  ["DELETE", /^\/api\/line\/callbacks\/(.+)$/, (_, id) => (state.cancelled.add(id), [204, null])],
  ["GET", /^\/api\/calls\/([^/]+)\/why$/, (_, call) => [200, { call, decisions: [decision(0), decision(1)], waiting: null }]],
  ["POST", /^\/api\/tasks$/, (body) => [201, task(0, { ...body, state: "waiting", agent: null })]],
  ["DELETE", /^\/api\/tasks\/(.+)$/, (_, id) => (state.cancelled.add(id), [204, null])],
  ["GET", /^\/api\/whatif$/, () => [200, desk()]],
  ["POST", /^\/api\/whatif$/, (body) => [202, start(body)]],
  ["GET", /^\/api\/whatif\/(.+)$/, (_, id) => [200, jobView(state.jobs.find((job) => job.id === id))]],
  ["DELETE", /^\/api\/whatif\/(.+)$/, (_, id) => {
    const job = state.jobs.find((one) => one.id === id);
    if (job) job.state = "cancelled";
    return [204, null];
  }],
  ["GET", /^\/api\/staffing$/, (_, __, query) => [200, staffing(query.get("queue"), query.get("day"))]],
  ["GET", /^\/api\/expected-wait$/, () => [200, accuracy()]],
];

/** `[status, value]`, or null when the path is none of routing's. */
export function answer(method, path, query, body) {
  for (const [verb, pattern, handler] of routes) {
    const found = verb === method ? pattern.exec(path) : null;
    if (found) return handler(body, found[1], query);
  }
  return null;
}

export function resize(agents, line, queueCount = 0) {
  Object.assign(state, { form: planForm(agents, queueCount), lineSize: line, cancelled: new Set() });
  if (agents === 0) state.form = { format: 1, queues: {} };
}
