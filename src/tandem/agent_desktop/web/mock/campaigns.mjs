// Made-up campaigns for the mock server: rows that move, contacts with reasons, lists, sheets, who is not called.

import { dispositions, nameOf, queues } from "./data.mjs";

const now = () => Date.now() / 1000;
const both = (zh, en) => ({ zh, en });
const hostile = `<img src=x onerror="document.title='owned'">\u202e${"غريب جدا ".repeat(3)}${"x".repeat(200)}`;
const states = ["running", "running", "paused", "draining", "draft", "running", "stopped", "completed"];
const modeList = ["predictive", "progressive", "preview", "power", "manual", "predictive", "agentless", "progressive"];
const names = ["春季信用卡邀约", "Renewals November", "客户满意度回访", "Card upgrade UK", "理财产品推介", "Dormant accounts", "还款提醒（语音）", "New customers"];

const kept = { count: 5, lists: 3, hostile: true };
const changes = new Map();
let entries = [];
let jobs = new Map();

const machineSteps = () => [
  { at: now() - 7 * 86_400, threshold: "greeting_ms", before: 1500, after: 1700, why: both("因 LONGGREETING 判为应答机并转座席的 40 通中，10 通座席未标为应答机。", "Of 40 put through as machines for LONGGREETING, agents left 10 unmarked."), taken_back: false, cost_s: 3.1, cost_error_s: 0.4 },
  { at: now() - 4 * 86_400, threshold: "after_greeting_silence_ms", before: 800, after: 700, why: both("接通的 560 个“真人”中，座席只标出 6 个应答机。", "Of 560 connected as persons, agents marked only 6 as machines."), taken_back: false, cost_s: 2.3, cost_error_s: 0.3 },
  { at: now() - 86_400, threshold: "after_greeting_silence_ms", before: 700, after: 800, why: both("误判代价由每通 2.3 座席秒升至 4.0（412 通）：退回。", "The errors cost 4.0 s of an agent a call instead of 2.3 (412 calls): taken back."), taken_back: true, cost_s: 4.0, cost_error_s: 0.5 },
];

const documentOf = (index) => ({
  id: `c${index}`,
  name: kept.hostile && index === 5 ? hostile : `${names[index % names.length]}${index >= names.length ? ` ${index}` : ""}`,
  mode: modeList[index % modeList.length],
  queue: queues[index % queues.length].id,
  flow: "",
  rules: ["cn", "us", "uk", "none"][index % 4],
  countries: ["CN"],
  consent_needed: false,
  hours: { timezone: "Asia/Shanghai", days: Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((day) => [day, day < 6 ? [{ begin: 540, end: 720 }, { begin: 810, end: 1200 }] : []])), holidays: "CN", closed_on: [] },
  abandon_limit: 0.03,
  target_wait_s: 10,
  ratio: 1.5,
  preview_s: 30,
  ring_s: 25,
  wrap_up_s: null,
  caller_ids: { numbers: ["+862161234567", "+862161234568"], rest_below: 0.5, rest_s: 86400, most_per_day: 1000 },
  carrier: "",
  cost_cap: null,
  attempts: {
    retries: {
      busy: { after_s: 900, times: 3, other_number: true, other_part_of_day: false },
      no_answer: { after_s: 14400, times: 4, other_number: true, other_part_of_day: true },
      machine: { after_s: 14400, times: 3, other_number: true, other_part_of_day: false },
      failed: { after_s: 1800, times: 3, other_number: true, other_part_of_day: false },
    },
    most_per_number: 6,
    most_per_person: 8,
    most_per_person_a_day: 3,
    gap_s: 900,
    day_parts: [{ begin: 480, end: 720 }, { begin: 720, end: 1020 }, { begin: 1020, end: 1260 }],
  },
  machine_detection: { use: index % 3 === 0, on_machine: "hang_up", message: {}, initial_silence_ms: 2500, greeting_ms: 1500, after_greeting_silence_ms: 800, total_ms: 3500, words: 4, tune: index % 6 === 3 ? "by_itself" : "by_hand", sample_one_in: index % 6 === 3 ? 50 : 0, steps: index % 6 === 3 ? machineSteps() : [], mistaken_share: 0 },
  order: "list",
  weight: 1,
  priority: index % 5 === 1 ? 10 : 0,
  mode_rules: index % 2 ? [] : [{ mode: "progressive", agents_below: 5, answer_rate_below: null, answer_rate_above: null, left_below: null }],
  goal: { successes: 800 },
  quotas: [{ field: "city", value: "上海", most: 200 }],
  script: "您好，{name}，我是云岭银行的{agent}。\n您的{product}即将到期……",
  dispositions: ["sales.new", "sales.upgrade", "sales.lost"],
  success: ["sales.new"],
  message: {},
});

const documents = new Map();
function document(id) {
  const index = Number(/^c(\d+)$/.exec(id)?.[1] ?? NaN);
  return documents.get(id) ?? (index < kept.count ? documentOf(index) : null);
}
const stateOf = (id, index) => changes.get(id)?.state ?? states[index % states.length];
const modeOf = (id, index) => changes.get(id)?.mode ?? modeList[index % modeList.length];
const ids = () => [...Array(kept.count).keys()].map((index) => `c${index}`).concat([...documents.keys()].filter((id) => !/^c\d+$/.test(id)));
const indexOf = (id) => Number(/^c(\d+)$/.exec(id)?.[1] ?? 4);
const removed = new Set();

export function row(id) {
  const index = indexOf(id);
  const state = stateOf(id, index);
  const dials = state === "running";
  const wave = (period, size) => Math.round((Math.sin(now() / period + index) + 1) * size);
  const left = 12_480 + (index % 9) * 731 + (index % 3) * 40_000;
  const set = modeOf(id, index);
  const abandoned = [0.0121, 0.0264, 0.0342, 0, null, 0.018, 0, 0.0299][index % 8];
  return {
    id,
    name: document(id)?.name ?? id,
    state,
    mode: index === 5 ? "progressive" : set,
    mode_set: set,
    agents: dials ? 14 + (index % 9) * 6 : 0,
    agents_idle: dials ? wave(3, 1.5) : 0,
    agents_talking: dials ? 9 + (index % 9) * 5 : 0,
    agents_wrapping: dials ? 2 + wave(5, 1) : 0,
    ringing: dials ? 8 + wave(2, 4) : state === "draining" ? 2 : 0,
    waiting: dials && wave(4, 2) > 3 ? 1 : 0,
    lines_per_agent: dials ? 2.1 + Math.sin(now() / 9 + index) / 3 : null,
    answer_rate: dials ? 0.31 - (index % 5) * 0.04 : null,
    wait_s: dials ? 8 + index : null,
    connects_per_hour: dials ? 412 - (index % 20) * 7 : 0,
    dialled_today: dials ? 8_412 : 0,
    answered_today: dials ? 2_611 : 0,
    machines_today: dials ? 402 : 0,
    talked_today: dials ? 2_580 : 0,
    successes_today: dials ? 311 : 0,
    abandoned_today: dials ? 31 : 0,
    abandon_ratio_today: dials || state === "paused" ? abandoned : null,
    abandon_ratio_window: index % 8 === 4 ? null : 0.0194,
    abandon_limit: 0.03,
    budget_today: abandoned === null ? 0 : (0.03 - abandoned) * 2611,
    budget_window: 312.4,
    answers_owed: abandoned > 0.03 ? Math.ceil(abandoned * 2611 / 0.03) - 2611 : 0,
    left: state === "draft" ? null : left,
    callable_now: dials ? 12 + index * 40 : 0,
    zone: "Asia/Shanghai",
    ends_at: dials ? now() + 3600 * (5 + (index % 12) * 3) : null,
    cost_today: 812.4,
    why: dials ? both(`拨打 3 路：预计 6 秒内空闲 2 名座席，接听率 ${31 - index % 5 * 4}%`, `Launched 3: two agents expected free in 6 s, answer rate ${31 - (index % 5) * 4} %`) : {},
    why_not: index === 1 ? both("在允许时段之外：最早 08:00 有 2,400 位可拨", "Outside the hours: 2,400 may be called from 08:00") : dials ? {} : both(state === "draft" ? "草稿，尚未启动" : "活动未在运行", state === "draft" ? "A draft: not started yet" : "The campaign is not running"),
  };
}

export const rows = () => ids().filter((id) => !removed.has(id)).map(row);
export const message = (whole) => ({ type: "campaigns", whole, rows: whole ? rows() : rows().filter((one) => one.state === "running").slice(0, 40), gone: [] });

export function resize(count, withHostile = true) {
  kept.count = count;
  kept.hostile = withHostile;
  changes.clear();
  documents.clear();
  removed.clear();
}
export const setLists = (count) => (kept.lists = count);

const view = (id) => ({ id, rev: 3, state: stateOf(id, indexOf(id)), document: { ...document(id), mode: modeOf(id, indexOf(id)) }, changed_by: "sofia", changed_at: now() - 7200, why: "", problems: problemsOf(document(id)), zone: "Asia/Shanghai" });

function problemsOf(one) {
  const problems = [];
  if (!one.name.trim()) problems.push({ field: "name", severity: "error", what: both("没有名称。", "It has no name."), fix: both("请填写名称。", "Give it one.") });
  if (one.mode !== "agentless" && !one.queue) problems.push({ field: "queue", severity: "error", what: both("没有队列。", "It has no queue."), fix: both("选择其座席接听的队列。", "Choose the queue whose agents take its calls.") });
  if ((one.ring_s ?? 25) < 15) problems.push({ field: "ring_s", severity: "error", what: both("振铃少于 15 秒。", "It rings less than 15 s."), fix: both("至少 15 秒。", "Ring at least 15 s.") });
  if ((one.abandon_limit ?? 0.03) > 0.03) problems.push({ field: "abandon_limit", severity: "warning", what: both("高于法规的 3 %。", "More than the 3 % of the law."), fix: both("将按 3 % 执行。", "3 % counts.") });
  if ((one.caller_ids?.numbers ?? []).length === 0) problems.push({ field: "caller_ids.numbers", severity: "error", what: both("没有主叫号码。", "It has none of our numbers."), fix: both("至少填写一个。", "Enter at least one.") });
  return problems;
}

const falls = [
  ["bad_number", 412, null, both("号码无效或不再拨打", "no number to dial (any more)")],
  ["do_not_call", 3100, null, both("在不再致电名单中", "on the do-not-call list")],
  ["over", 1890, null, both("联系人已结束", "the contact is finished")],
  ["abandoned", 38, 50_000, both("72 小时内须先预留座席", "for 72 h only with an agent reserved")],
  ["hours", 2400, 30_000, both("当地时间不在允许的时段", "outside the hours where he is")],
  ["per_person_day", 320, 20_000, both("24 小时内次数已满", "tried 3 times in 24 h, at most 3")],
  ["gap", 148, 600, both("刚刚拨打过，间隔 15 分钟", "tried a moment ago; 15 min between two attempts")],
  ["not_yet", 1680, 4_000, both("计划稍后再拨", "planned for later")],
];

function waterfall(id) {
  const total = kept.lists === 0 ? 0 : 10_000;
  let left = total;
  const steps = total === 0 ? [] : falls.map(([rule, count, until, text]) => ({ rule, count, left: (left -= count), until: until === null ? null : now() + until, text }));
  return { campaign: id, at: now(), total, steps, callable_now: left, restricted: steps.length ? 38 : 0, again_at: steps.length ? now() + 41 : null };
}

const verdict = (rule, number = "") => {
  const fall = falls.find(([name]) => name === rule);
  if (!fall) return { allowed: true, rule: "yes", text: both("可以拨打", "may be called now"), evidence: {}, again_at: null, zone: "Asia/Shanghai" };
  const sentences = {
    hours: both("当地时间 11-22 06:40（America/Chicago），不在允许的时段（法规）", "it is 11-22 06:40 there (America/Chicago): outside the hours (the rule book's)"),
    do_not_call: both("在不再致电名单中（全局）", "on the do-not-call list (everybody's)"),
    gap: both("10:31 刚拨打过，间隔 15 分钟", "tried at 10:31; 15 min between two attempts"),
  };
  const evidence = { hours: { at: now(), zone: "America/Chicago", whose: "rules", number }, over: { state: "removed" } };
  return { allowed: false, rule, text: sentences[rule] ?? fall[3], evidence: evidence[rule] ?? { count: 3, most: 3 }, again_at: fall[2] === null ? null : now() + fall[2], zone: "Asia/Shanghai" };
};

function leadLine(id, index, rule) {
  const number = `+86139${String(10_000_000 + index * 7919).slice(0, 8)}`;
  return {
    id: `${id}-lead${index}`,
    campaign: id,
    list: "l0",
    name: index === 3 ? hostile : nameOf(index),
    numbers: [number, `+8621${String(60_000_000 + index * 131)}`],
    state: "open",
    attempts: index % 4,
    last_at: index % 4 ? now() - 3600 * (index % 30) : null,
    last_result: index % 4 ? ["no_answer", "busy", "machine"][index % 3] : "",
    next_at: 0,
    callback_at: index % 11 === 5 ? now() + 7200 : null,
    callback_agent: index % 22 === 5 ? "agent1" : null,
    verdict: verdict(rule, number),
  };
}

function leads(id, query) {
  const rule = query.get("reason");
  const q = query.get("q") ?? "";
  const from = Number(query.get("cursor") || 0);
  const limit = Number(query.get("limit") ?? 50);
  const total = kept.lists === 0 ? 0 : rule === null ? 10_000 : rule === "yes" ? 12 : (falls.find(([name]) => name === rule)?.[1] ?? 0);
  const all = [...Array(Math.min(total, 2_000)).keys()].map((index) => leadLine(id, index, rule ?? falls[index % 9]?.[0] ?? "yes")).filter((lead) => `${lead.name}${lead.numbers.join("")}`.includes(q));
  return { leads: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : "" };
}

function lead(id) {
  const [campaign, index] = [/^(.*)-lead\d+$/.exec(id)?.[1] ?? "c0", Number(/lead(\d+)$/.exec(id)?.[1] ?? 0)];
  const line = leadLine(campaign, index, falls[index % 9]?.[0] ?? "yes");
  const attempt = (number, result, more = {}) => ({
    id: `${id}.${number}`,
    number_of: number,
    number: line.numbers[0],
    caller_id: "+862161234567",
    carrier: "main",
    mode: "predictive",
    reserved: false,
    at: now() - 9000 * (4 - number),
    ringing_at: now() - 9000 * (4 - number) + 1.4,
    answered_at: null,
    connected_at: null,
    ended_at: now() - 9000 * (4 - number) + 26.4,
    result,
    machine: "",
    machine_why: "",
    machine_s: null,
    agent: null,
    message_at: null,
    cause: "no_answer",
    disposition: null,
    cost: 0,
    pacing: both("拨打 3 路：预计 6 秒内空闲 2 名座席，接听率 31 %", "Launched 3: two agents expected free in 6 s, answer rate 31 %"),
    gate: verdict("yes"),
    ...more,
  });
  const answered = now() - 9000 + 8;
  return {
    lead: line,
    person: `p${index}`,
    language: "zh",
    zone: "Asia/Shanghai",
    fields: { product: "白金卡", city: "上海", remark: index === 3 ? hostile : "上次说下午方便", contract: "=HYPERLINK(\"http://x\")" },
    consent: true,
    do_not_call: "",
    callback_note: line.callback_at ? "想先看资料" : "",
    why: both("无人接听，15:20 再拨，第 2 次，共 4 次", "no answer: again at 15:20, 2 of 4"),
    numbers: line.numbers.map((number, at) => ({ number, kind: at ? "work" : "mobile", zone: at ? "Asia/Shanghai" : "America/Chicago", country: "CN", local_time: at ? "20:40" : "06:40", attempts: at ? 0 : 3, last_at: null, last_result: "", bad: false, verdict: at ? verdict("yes") : line.verdict })),
    attempts: [attempt(3, "talked", { answered_at: answered, connected_at: answered + 0.62, ended_at: answered + 95, agent: "agent1", disposition: "sales.upgrade", cause: "normal_clearing", machine: "human", machine_why: "HUMAN-820-800", machine_s: 1.8, gate: verdict("hours") }), attempt(2, "abandoned", { answered_at: now() - 18_000 + 9, message_at: now() - 18_000 + 10.7, cause: "normal_clearing" }), attempt(1, "no_answer")],
  };
}

/** Our numbers and the carriers: of today, and without numbers for a campaign that has no pool. */
function dayLines(wanted) {
  if (wanted && wanted !== new Date().toISOString().slice(0, 10)) return { caller_ids: null, carriers: null };
  const ours = (number, calls_today, answer_rate, more = {}) => ({ number, calls_today, answer_rate, rests_until: null, rested_rate: null, others_rate: null, ...more });
  return {
    caller_ids: kept.lists === 0 ? [] : [ours("+862161234567", 412, 0.312), ours("+862161234568", 388, null, { rests_until: now() + 40_000, rested_rate: 0.08, others_rate: 0.304 }), ours("+862161234569", 17, null)],
    carriers: [{ name: "trunk", used: true, in_use: 41, lines: 120, rate_share: 1, rests_until: null }, { name: "north", used: false, in_use: 0, lines: 60, rate_share: 0.125, rests_until: now() + 200 }],
  };
}

function day(query) {
  const from = new Date();
  from.setHours(9, 0, 0, 0);
  const start = from.getTime() / 1000;
  const count = query.get("day") && query.get("day") < "2026-11-01" ? 0 : 96;
  return {
    campaign: "c0",
    day: query.get("day") ?? new Date().toISOString().slice(0, 10),
    zone: "Asia/Shanghai",
    step_s: 300,
    points: Array.from({ length: count }, (_, index) => {
      const dialled = Math.round(80 + 30 * Math.sin(index / 7) + ((index * 13) % 17));
      const answered = Math.round(dialled * (0.28 + 0.08 * Math.sin(index / 11)));
      const lunch = index > 36 && index < 46;
      return {
        at: start + index * 300,
        dialled: lunch ? 0 : dialled,
        answered: lunch ? 0 : answered,
        abandoned: lunch ? 0 : index % 5 === 0 ? 1 : 0,
        machines: lunch ? 0 : Math.round(dialled * 0.05),
        talked: lunch ? 0 : answered - (index % 5 === 0 ? 1 : 0),
        agents_idle: lunch ? 1 : 2 + Math.sin(index / 3),
        agents_talking: lunch ? 3 : 14 + 3 * Math.sin(index / 9),
        agents_wrapping: lunch ? 1 : 3,
        lines_per_agent: lunch ? null : 2.2 + 0.5 * Math.sin(index / 8),
        answer_rate: lunch ? null : answered / dialled,
      };
    }),
    ...dayLines(query.get("day")),
  };
}

const decision = (number) => ({
  number,
  at: now() - (400 - number) * 4,
  launched: number % 3 === 0 ? 0 : (number % 5) + 1,
  why: number % 3 === 0 ? both("不拨：今日余量只剩 0.8 通，且无座席预计在 10 秒内空闲", "Launched none: the day's budget has 0.8 left and nobody is expected free in 10 s") : both(`拨打 ${(number % 5) + 1} 路：预计 6 秒内空闲 2 名座席，接听率 31 %`, `Launched ${(number % 5) + 1}: two agents expected free in 6 s, answer rate 31 %`),
  evidence: { idle: 1, in_flight: 7, expected_free: 2.14, answer_rate: 0.312, risk: 0.0041, budget_today: 12.4, budget_window: 310.2, segment: "l0" },
});

function decisions(query) {
  if (kept.lists === 0) return { decisions: [], before: null };
  const before = Number(query.get("before") ?? 401);
  const first = Math.max(1, before - 100);
  return { decisions: [...Array(before - first).keys()].map((at) => decision(before - 1 - at)), before: first > 1 ? first : null };
}

const sha = (seed) => Array.from({ length: 64 }, (_, index) => "0123456789abcdef"[(seed * 7 + index * 11 + ((index * seed) % 5)) % 16]).join("");
const dayBefore = (count) => new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);

function sheet(id, query) {
  const wanted = query.get("day");
  const formula = (key, name, abandoned, counted, window) => ({ id: key, name, abandoned, counted, ratio: counted ? abandoned / counted : null, window_days: 30, window_ratio: window, legal: key === "us", limit: 0.03, kept: abandoned / counted <= 0.03 });
  return {
    campaign: id,
    name: document(id)?.name ?? id,
    day: wanted ?? dayBefore(0),
    zone: "Asia/Shanghai",
    rules: "us",
    rules_version: "2026-01",
    provisional: wanted === null,
    counts: { dialled: 8412, answered: 2611, machines: 402, talked: 2580, abandoned: 31, messages_in_time: wanted === dayBefore(3) ? 29 : 31, rings_too_short: 0 },
    formulas: [formula("us", both("美国（TSR）：无座席 ÷ 真人接听", "US (TSR): met nobody ÷ answered by a person"), 31, 2611, 0.0194), formula("ofcom", both("英国（Ofcom）：无座席 ÷（通话 + 无座席），含误判估计", "UK (Ofcom): met nobody ÷ (talked + met nobody), with estimated detector errors"), wanted === dayBefore(3) ? 84.3 : 43.8, 2654, 0.0212)],
    mistaken: { source: "measured", share: 0.031, low: 0.016, high: 0.06, heard: 259, persons: 8 },
    made_at: now() - 3600,
    before: wanted ? sha(4) : "",
    hash: wanted ? sha(5) : "",
  };
}

const CHANGED = 4;
const sheetLine = (index) => {
  const day = dayBefore(index + 1);
  if (kept.broken && index === CHANGED) return { day, hash: sha(index), answered: null, abandoned: null, ratio: null };
  return { day, hash: sha(index), answered: 2611 - index * 31, abandoned: 31 + (index % 7), ratio: (31 + (index % 7)) / (2611 - index * 31) };
};
const sheets = () => ({ chain_holds: !kept.broken, broken_day: kept.broken ? dayBefore(CHANGED + 1) : null, broken_why: kept.broken ? "changed" : null, sheets: kept.lists === 0 ? [] : [...Array(26).keys()].map(sheetLine) });
export const breakChain = (broken) => (kept.broken = broken);

const lostImport = () => ({ id: "i9", list_id: "i9", campaign: "", name: hostile, state: "failed", rows_done: 0, rows: null, accepted: 0, bad: 0, duplicates: 0, do_not_call: 0, problem: both("导入途中服务器停止，导入记录已损坏，没有写入任何内容。", "The server ended in the middle of it; nothing of it is there.") });
export const interruptImport = (cut) => (kept.cutOff = cut);
const lists = (id) => ({
  cut_off: kept.cutOff ? [lostImport()] : [],
  lists: [...Array(kept.lists).keys()].map((index) => ({ id: `l${index}`, campaign: id, name: index === 1 ? hostile : ["十一月到期客户", "x", "Autumn fair leads"][index % 3], file: ["到期_202611.csv", `${hostile}.csv`, "fair.xlsx"][index % 3], state: index === 2 ? "removed" : "active", imported_by: "sofia", imported_at: now() - 86_400 * (index + 1), rows: 10_000, accepted: 9_588 - index * 900, bad: index === 1 ? 0 : 112, duplicates: 204, do_not_call: 96, left: index === 2 ? 0 : 6_300 })),
});

const inspected = (name) => ({
  upload: "u1",
  name,
  encoding: "GB18030",
  separator: ",",
  rows: 1_000_000,
  columns: [
    { header: "客户编号", use: "person", samples: ["10001"] },
    { header: "姓名", use: "name", samples: ["王小明"] },
    { header: "手机", use: "number.mobile", samples: ["13800138000"] },
    { header: "单位电话", use: "number.work", samples: ["021-61234567"] },
    { header: "省份", use: "region", samples: ["上海"] },
    { header: "产品", use: "field.产品", samples: ["白金卡"] },
    { header: hostile, use: "", samples: [hostile] },
    { header: "", use: "", samples: [""] },
  ],
  sample: Array.from({ length: 8 }, (_, index) => [String(10_001 + index), index === 4 ? hostile : nameOf(index), `138${String(10_000_000 + index * 7919).slice(0, 8)}`, "021-61234567", "上海", "白金卡", hostile, "=1+1"]),
  problems: [both("第 7 列没有列名。", "Column 8 has no name."), both("约 0.9 % 的行没有可识别的号码，将写入错误文件。", "About 0.9 % of the rows have no number that can be read; they go to the file of bad rows.")],
});

function job(id) {
  const one = jobs.get(id);
  if (!one) return null;
  const ratio = Math.min(1, (now() - one.begun) / 5);
  const done = Math.round(1_000_000 * ratio);
  return { id, list_id: "l9", campaign: one.campaign, name: one.name, state: ratio < 1 ? "running" : one.fails ? "failed" : "done", rows_done: done, rows: 1_000_000, accepted: Math.round(done * 0.868), bad: Math.round(done * 0.009), duplicates: Math.round(done * 0.084), do_not_call: Math.round(done * 0.039), problem: one.fails ? both("磁盘已满。", "The disk is full.") : {} };
}

export function makeEntries(count) {
  entries = Array.from({ length: count }, (_, index) => ({ id: `d${index}`, scope: ["global", "campaign", "person"][index % 3], number: index % 3 === 2 ? "" : `+86138${String(10_000_000 + index * 7919).slice(0, 8)}`, person: index % 3 === 2 ? (index === 2 ? hostile : `p${index}`) : "", campaign: index % 3 === 1 ? "c0" : null, at: now() - index * 5_000, by: index % 2 ? "agent1" : "", source: ["agent", "import", "flow", "operator", "api"][index % 5], until: index % 4 === 1 ? now() + 86_400 * 90 : null, lifted: index % 7 === 6 }));
}
makeEntries(500);

const source = (citation, force, title, text) => ({ citation, force, title, text });
const law = (id, name, more = {}) => ({ id, version: "2026-01", name, abandon_limit: 0.03, window_days: 30, answer_within_s: 2, ring_least_s: 15, hours: [both("每天 08:00–21:00，按对方当地时间", "Every day 8 a.m. to 9 p.m., where he is")], quiet: id === "cn" ? [both("12:00–14:00", "noon to 2 p.m.")] : [], consent_needed: id === "cn", holidays: "", per_day: 3, per_week: 7, abandoned_rest_s: 259_200, formula: "us", sources: [source("16 CFR 310.4(b)(4)(i); 47 CFR 64.1200(a)(7)", "law", both("《电话营销规则》（TSR）", "Telemarketing Sales Rule"), both("30 天内呼损不超过 3 %", "at most 3 % abandoned over 30 days"))], ...more });
const laws = [law("us", both("美国 TSR/TCPA", "US TSR/TCPA")), law("uk", both("英国 Ofcom", "UK Ofcom"), { formula: "ofcom", sources: [source("Ofcom, Persistent misuse: statement of general policy, 20 December 2016", "regulator", both("英国通信管理局政策声明", "the regulator's statement"), both("呼损率的算法", "how the rate is worked out"))] }), law("cn", both("中国", "China"), { holidays: "CN", per_week: null }), law("none", both("无", "none"), { per_day: null, per_week: null, hours: [], abandoned_rest_s: 0, sources: [] })];

const figures = (agents) => ({ agents, talk_ratio: 0.81 - agents * 0.0012, wait_s: Math.max(3, 11 - agents * 0.02), connects_per_hour: agents * 17.4, lines_per_agent: 2.3, abandon_ratio: 0.012 + agents * 0.00002, ends_at: agents > 0 ? now() + (3600 * 190) / agents : null });

const leaves = (tree) => tree.flatMap((one) => (one.children.length ? leaves(one.children) : [{ id: one.code, name: both(one.zh, one.en) }]));
const choice = (id, zh, en) => ({ id, name: both(zh, en) });

export const defaults = { id: "", name: "", mode: "progressive", queue: "", flow: "", rules: "none", countries: [], consent_needed: false, hours: null, abandon_limit: 0.03, target_wait_s: 10, ratio: 1.5, preview_s: null, ring_s: 25, wrap_up_s: null, carrier: "", cost_cap: null, order: "list", weight: 1, priority: 0, mode_rules: [], goal: { successes: null }, quotas: [], script: "", dispositions: [], success: [], message: {} };

/** The card of a campaign's call at the seat. */
export function card(overrides = {}) {
  return {
    campaign: "c0",
    name: names[0],
    mode: "predictive",
    lead: "c0-lead1",
    lead_name: "王小明",
    number: "+8613800138000",
    numbers: [
      { number: "+8613800138000", kind: "mobile", local_time: "18:05", refused: {}, zone: "Asia/Shanghai" },
      { number: "+862161234567", kind: "work", local_time: "18:05", refused: {}, zone: "Asia/Shanghai" },
      { number: "+13125550142", kind: "home", local_time: "04:05", refused: both("当地时间 04:05（America/Chicago），不在允许的时段（法规）", "it is 04:05 there (America/Chicago): outside the hours (the rule book's)"), zone: "America/Chicago" },
    ],
    fields: { 产品: "白金卡", 到期: "2026-12-01", 城市: "上海", 备注: "上次说下午方便", "Contract no.": "YL-2019-004417" },
    script: "您好，王小明先生，我是云岭银行的陈静。\n您的白金卡将于 2026-12-01 到期，现在续期可以免首年年费。\n请问您现在方便说话吗？\n\n如果客户问利率：当前年化 3.65 %，以合同为准。",
    attempt: 2,
    attempts_allowed: 6,
    preview_until: null,
    dispositions: ["sales.new", "sales.upgrade", "sales.lost", "other.wrong"],
    callback_note: "",
    machine: "",
    ...overrides,
  };
}

export const cards = {
  preview: () => card({ mode: "preview", preview_until: now() + 30, callback_note: "想先看资料，约好下午六点再谈。" }),
  untimed: () => card({ mode: "preview" }),
  refused: () => card({ mode: "preview", numbers: card().numbers.slice(2) }),
  through: () => card({ machine: "unsure" }),
  english: () => card({ name: names[1], lead_name: "Olu Adeyemi", number: "+442079460958", numbers: [{ number: "+442079460958", kind: "home", local_time: "10:05", refused: {}, zone: "Europe/London" }], fields: { Product: "Gold card", Expires: "1 Dec 2026" }, script: "Hello Mr Adeyemi, this is Jing from Yunling Bank.\nYour gold card runs out on 1 December. May I tell you how to renew it?" }),
  hostile: () => card({ name: hostile, lead_name: hostile, script: `${hostile}\n`.repeat(3), fields: { [hostile]: hostile, b: hostile }, callback_note: hostile, numbers: card().numbers.map((one) => ({ ...one, refused: one.kind === "home" ? both(hostile, hostile) : {} })) }),
};

const page = (status, value) => [status, value];

const zonesOf = ["Asia/Shanghai", "America/New_York|America/Chicago", "Europe/London", "", "America/Los_Angeles"];
const notes = ["下午三点后方便，谈利率", "", "Wants the offer in writing first; ask for Mrs Okonkwo-Featherstonehaugh", "<img src=x onerror=alert(1)>", "带合同"];
const promisedCalls = (count) =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    campaign: "c0",
    campaign_name: names[0],
    name: index % 5 === 3 ? "" : ["林晓燕", "Amara Okonkwo", "欧阳志强", "", "Ürün Çelik"][index % 5],
    number: `+86138001380${String(index % 100).padStart(2, "0")}`,
    zone: zonesOf[index % 5],
    at: now() + (index - 1) * 2_700,
    agent: index % 3 === 2 ? null : "agent1",
    note: notes[index % 5],
    in_hand: index === 0,
    may_change: index !== 0 && index % 3 !== 2,
  }));
let promises = promisedCalls(5);
/** So many from now on. */
export const setPromises = (count) => (promises = promisedCalls(count));

/** Answers a request, or null when it is not about campaigns. */
export function answer(method, path, query, body) {
  if (path === "/api/campaigns" && method === "GET") return page(200, { campaigns: ids().filter((id) => !removed.has(id)).map((id) => ({ id, rev: 3, name: document(id).name, state: stateOf(id, indexOf(id)), mode: modeOf(id, indexOf(id)), queue: "vip", rules: "cn", priority: 0, weight: 1, changed_by: "sofia", changed_at: now() - 7200, why: "" })) });
  if (path === "/api/campaigns" && method === "POST") {
    const id = `new${documents.size + 1}`;
    documents.set(id, { ...body.document, id });
    changes.set(id, { state: "draft", mode: body.document.mode });
    return page(201, view(id));
  }
  if (path === "/api/campaigns/choices") return page(200, { queues: queues.map((queue) => ({ id: queue.id, name: queue.name })), flows: [choice("reminder", "还款提醒", "Payment reminder")], carriers: [choice("main", "主线路", "Main"), choice("backup", "备用线路", "Backup")], rules: laws.map((one) => ({ id: one.id, name: one.name })), countries: ["CN", "US", "GB"], dispositions: leaves(dispositions), defaults });
  if (path === "/api/campaigns/check") return page(200, { problems: problemsOf(body.document) });
  const found = /^\/api\/campaigns\/([^/]+)(?:\/(\w+))?$/.exec(path);
  if (found) {
    const [, id, what] = found;
    if (!document(id) || removed.has(id)) return page(404, { code: "resource_missing", message: "There is no such campaign.", retryable: false });
    switch (what) {
      case undefined:
        if (method === "DELETE") removed.add(id);
        if (method === "PUT") {
          if (body.rev !== 3) return page(409, { code: "campaign_changed", message: "It was changed.", retryable: false });
          documents.set(id, body.document);
          changes.set(id, { ...changes.get(id), mode: body.document.mode });
        }
        return method === "DELETE" ? page(204, null) : page(200, view(id));
      case "copy": {
        const made = `new${documents.size + 1}`;
        documents.set(made, { ...document(id), id: made, name: body.name });
        changes.set(made, { state: "draft", mode: document(id).mode });
        return page(201, view(made));
      }
      case "state":
        if (body.state === "running" && stateOf(id, indexOf(id)) === "draft" && problemsOf(document(id)).some((one) => one.severity === "error")) return page(409, { code: "wrong_state", message: "There is something to correct first.", retryable: false });
        changes.set(id, { ...changes.get(id), state: body.state });
        return page(200, view(id));
      case "mode":
        changes.set(id, { ...changes.get(id), mode: body.mode });
        return page(200, view(id));
      case "waterfall":
        return page(200, waterfall(id));
      case "leads":
        return page(200, leads(id, query));
      case "day":
        return page(200, day(query));
      case "decisions":
        return page(200, decisions(query));
      case "detections":
        return page(200, {
          campaign: id, since: now() - 1_209_600, human: 612, unsure: 41, machines: 388, connected: 590, missed: 71, missed_agent_s: 462, put_through: 60, unmarked: 3, mistaken_low: 0.017, mistaken_high: 0.137, cost_s: 2.3, cost_error_s: 0.9, mistaken_share: 0, verdict_p50_s: 1.8, verdict_p90_s: 2.9, silence_s: 0.8,
          advice: { text: both("接通的 560 个“真人”中，座席标出 64 个应答机（每个占用 7 秒）。", "Of 560 connected as persons, agents marked 64 as machines (7 s of an agent's time each)."), change: "after_greeting_silence_ms", before: 800, after: 1000, effect: both("每个真人多等 200 毫秒，两秒中剩 1000 毫秒接通座席。", "Every person waits 200 ms longer, 1000 ms of the two seconds are left for an agent."), more_mistaken: true },
        });
      case "forecast":
        return page(200, { at: now(), left: 6300, attempts: 14_210, attempts_per_hour: 1_180, agent_hours: 41.2, reach_ratio: 0.63, ends_at: now() + 43_000, text: both("还需 41 座席工时，预计触达 63 %，明天 14:20 拨完。", "Needs 41 agent-hours, reaches 63 %, through tomorrow at 14:20.") });
      case "whatif":
        return page(200, { now: figures(24), then: figures(24 + body.agents), hours: 4, runs: 8, more_per_hour: body.agents * 17.4, margin: 3, text: both(`增加 ${body.agents} 名座席：每小时多接通 ${Math.round(body.agents * 17.4)} 通，提前拨完。`, `With ${body.agents} more agents: ${Math.round(body.agents * 17.4)} more talks an hour, and the list is through earlier.`) });
      case "recycle":
        return page(200, { leads: 1_204, agent_hours: 11.4, reach_ratio: 0.38, text: both("1,204 位联系人，需 11.4 座席工时，预计触达 38 %。", "1,204 contacts: needs 11.4 agent-hours, reaches 38 %."), done: !body.try_only });
      case "sheets":
        return page(200, sheets());
      case "sheet":
        return page(200, sheet(id, query));
    }
  }
  if (/^\/api\/leads\/[^/]+$/.test(path)) return page(200, lead(decodeURIComponent(path.slice(11))));
  if (/^\/api\/leads\/[^/]+\/(callback|again)$/.test(path)) return page(200, { ...lead(path.split("/")[3]), callback_note: body.note ?? "" });
  if (path === "/api/lists/uploads") return page(201, query.get("forbidden") === "true" ? { ...inspected(query.get("name")), columns: [{ header: "number", use: "number", samples: ["13800138000"] }, { header: "until", use: "until", samples: ["2027-01-01"] }], sample: [["13800138000", "2027-01-01"]], problems: [] } : inspected(query.get("name")));
  if (path === "/api/lists" && method === "POST") {
    const id = `j${jobs.size + 1}`;
    jobs.set(id, { begun: now(), campaign: body.campaign, name: body.name, fails: /fail/.test(body.name) });
    return page(202, job(id));
  }
  if (path === "/api/lists") return page(200, lists(query.get("campaign")));
  const asked = /^\/api\/lists\/jobs\/(.+)$/.exec(path);
  if (asked) return job(asked[1]) ? page(200, job(asked[1])) : page(404, { code: "resource_missing", message: "No such job.", retryable: false });
  if (/^\/api\/lists\/[^/]+$/.test(path) && method === "DELETE") return page(204, null);
  if (path === "/api/do-not-call" && method === "GET") {
    const q = query.get("q") ?? "";
    const from = Number(query.get("cursor") || 0);
    const all = entries.filter((entry) => `${entry.number}${entry.person}`.includes(q) && (!query.get("scope") || entry.scope === query.get("scope")));
    return page(200, { entries: all.slice(from, from + 50), next: from + 50 < all.length ? String(from + 50) : "" });
  }
  if (path === "/api/do-not-call" && method === "POST") {
    if (body.scope !== "person" && !/^\+?[0-9 ()-]{5,20}$/.test(body.number)) return page(400, { code: "invalid_field", message: "number: this is no telephone number.", retryable: false });
    entries = [{ id: `d${entries.length}`, at: now(), by: "sofia", source: "operator", lifted: false, campaign: null, until: null, number: "", person: "", ...body }, ...entries];
    return page(201, entries[0]);
  }
  if (path === "/api/do-not-call/lists") {
    const id = `j${jobs.size + 1}`;
    jobs.set(id, { begun: now(), campaign: "", name: "" });
    return page(202, job(id));
  }
  if (path === "/api/do-not-call/import") {
    const bad = body.numbers.filter((one) => !/^\+?[0-9 ()-]{5,20}$/.test(one));
    return page(200, { entered: body.numbers.length - bad.length, bad: bad.slice(0, 100), bad_count: bad.length });
  }
  const entry = /^\/api\/do-not-call\/(.+)$/.exec(path);
  if (entry && method === "DELETE") {
    entries = entries.map((one) => (one.id === entry[1] ? { ...one, lifted: true } : one));
    return page(204, null);
  }
  if (path === "/api/jurisdictions") return page(200, { jurisdictions: laws });
  if (path === "/api/dial/promises") return page(200, { promises: promises.filter((one) => one.at < now() + 14 * 86_400), more: false });
  const promised = /^\/api\/dial\/promises\/(.+)$/.exec(path);
  if (promised) {
    const found = promises.find((one) => one.id === promised[1]);
    if (!found) return page(404, { code: "resource_missing", message: "You have promised him no call." });
    if (found.in_hand) return page(409, { code: "wrong_state", message: "This call is about to be dialled, or was dialled just now." });
    promises = promises.filter((one) => one !== found);
    if (method === "PUT") promises = [...promises, { ...found, at: body.at, note: body.note ?? found.note }].sort((a, b) => a.at - b.at);
    return page(204, null);
  }
  if (path === "/api/dial" && method === "GET") return page(200, { campaigns: [choice("c0", names[0], "Card invitations"), choice("c1", "十一月续约", names[1])] });
  if (path === "/api/dial") {
    const refused = /^(\+?1|00)/.test(body.number);
    return page(200, { call: refused ? null : "dialled1", number: body.number, verdict: refused ? { ...verdict("hours"), text: both("当地时间 04:05（America/Chicago），不在允许的时段（法规）", "it is 04:05 there (America/Chicago): outside the hours (the rule book's)") } : verdict("yes") });
  }
  return null;
}
