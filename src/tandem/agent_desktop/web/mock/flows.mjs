// Made-up flows: texts, versions, numbers. What is saved, deployed or rolled back is kept until the mock ends.

import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";

const now = () => Date.now() / 1000;
const DAY = 86_400;
const both = (zh, en) => ({ zh, en });

const bank = readFileSync(new URL("../../../../../examples/flows/main.yaml", import.meta.url), "utf8");

const delivery = `# Where is my parcel? With a look into the orders, and a person when that does not help.
format: 1
name: delivery
version: "2026-11"
languages: [zh, en]
default_language: zh
start: welcome
on_error: service
use: {identify: identify.yaml}

calendars:
  office:
    timezone: Asia/Shanghai
    weekly: {mon-fri: 09:00-18:00, sat: 09:00-12:00}
    holidays: CN
    closed: [2026-12-31]
    open: {2026-10-10: 09:00-12:00}

commands: {repeat: "*", operator: {key: "0", goto: to_person}}

prompts:
  welcome:
    zh: 您好，欢迎致电青鸟快递。
    en: Welcome to Bluebird Parcels.
  sorry:
    zh: 抱歉，现在查不到您的包裹。
    en: We are sorry, we cannot find your parcel at the moment.

steps:
  welcome: {type: play, prompts: welcome, goto: hours}

  hours:
    type: hours
    calendar: office
    open: who
    closed: leave_message
    holiday: leave_message

  # The customer says who he is, once
  who:
    type: subflow
    use: identify
    with: {number: call.ani}
    results: {order: order_number}
    exits: {known: ask_shop, unknown: to_person}

  ask_shop:
    type: http
    method: GET
    url: "https://api.example.com/orders/{order}"
    timeout_s: 3
    cache_s: 60
    outputs:
      state: {path: "order.state", as: text}
      day: {path: "order.arrives", as: date}
    goto: arrived
    not_found: say_sorry
    fallback: say_sorry

  arrived:
    type: condition
    cases:
      - {when: 'state == "delivered"', goto: say_delivered, name: delivered}
      - {when: 'state == "late" and customer.tier == "vip"', goto: to_person, name: late_vip}
    otherwise: say_day

  say_delivered:
    type: play
    prompts: {zh: 您的包裹已经送达。, en: Your parcel has been delivered.}
    goto: more

  say_day:
    type: play
    prompts:
      - {zh: 您的包裹预计送达日期为, en: Your parcel is due on}
      - {say: day, as: date}
    goto: more

  say_sorry: {type: play, prompts: sorry, goto: to_person}

  more:
    type: menu
    prompts:
      zh: 再听一遍请按 1，人工服务请按 0。
      en: To hear it again, press 1. To speak to a person, press 0.
    choices:
      "1": {goto: arrived, label: {zh: 再听一遍, en: Again}}
      "0": {goto: to_person, label: {zh: 人工, en: A person}}
    no_input: {goto: how_was_it}
    no_match: {prompts: {zh: 输入有误。, en: That was not a choice.}, goto: how_was_it}

  how_was_it:
    type: survey
    question: helped
    prompts: {zh: 本次服务有帮助吗？1 是，2 否。, en: "Did this help? 1 yes, 2 no."}
    scale: yes_no
    goto: bye

  to_person:
    type: queue
    queue: service
    needs: "product:parcels>=2"
    while_waiting: place
    after_call: how_was_it

  place:
    type: play
    prompts:
      - {zh: 您前面还有, en: Callers before you}
      - {say: queue.position, as: number}
    goto: music

  music:
    type: music
    seconds: 45
    keys:
      "1": {goto: keep_place, label: {zh: 回拨, en: Call me back}}
      "2": {goto: leave_message, label: {zh: 留言, en: Leave a message}}
    goto: place

  keep_place: {type: callback, queue: service, goto: bye, refused: place}

  leave_message:
    type: record
    prompts: {zh: 请在提示音后留言。, en: Please leave a message after the tone.}
    most_s: 90
    queue: service
    goto: bye

  bye: {type: hangup, prompts: {zh: 感谢来电，再见。, en: Thank you for calling. Good-bye.}}
`;

const identify = `# Asks for the order number, three times at most.
format: 1
kind: subflow
name: identify
parameters: [number]
results: [order_number]
start: ask

steps:
  ask:
    type: collect
    prompts: {zh: 请输入八位订单号，按井号键结束。, en: "Please enter your eight digit order number, then pound."}
    into: order_number
    min_digits: 8
    max_digits: 8
    validate: luhn(value)
    confirm:
      prompts: [{say: order_number, as: digits}, {zh: 正确请按 1，重输请按 2。, en: "Right: 1. Again: 2."}]
      yes: "1"
      no: "2"
    no_input: {goto: unknown}
    no_match: {prompts: {zh: 订单号有误。, en: That is no order number.}, goto: unknown}
    goto: known

  known: {type: return, exit: known}
  unknown: {type: return, exit: unknown}
`;

const deliveryTests = `format: 1
flow: main.yaml
timezone: Asia/Shanghai
tests:
  - name: a parcel that has arrived
    given: {ani: "+8613800138000", time: "2026-11-20 10:00", data: {ask_shop: {status: ok, values: {state: delivered}}}}
    caller: [{press: "12345674#"}, {press: "1"}, silence]
    expect: {path: [who/ask, ask_shop, say_delivered], outcome: hangup}
  - name: the shop is down
    given: {ani: "+8613800138000", time: "2026-11-20 10:00", fail: [ask_shop]}
    caller: [{press: "12345674#"}, {press: "1"}]
    expect: {outcome: queue, queue: service}
  - name: at night one can leave a message
    given: {time: "2026-11-20 23:00"}
    caller: [{speak: 8}]
    expect: {outcome: message}
`;

/** A long flow: menus that lead on to plays and on. */
function long(steps) {
  const lines = ["format: 1", "name: large", "languages: [zh, en]", "default_language: zh", "start: s0", "on_error: service", "", "steps:"];
  for (let n = 0; n < steps - 1; n += 1) {
    const to = (k) => `s${Math.min(steps - 1, n * 3 + k)}`;
    if (n % 3 === 0 && n * 3 + 1 < steps) {
      lines.push(`  s${n}:`, "    type: menu", `    prompts: {zh: 第 ${n} 步，请选择。, en: "Step ${n}: please choose."}`, "    choices:", ...[1, 2, 3].map((k) => `      "${k}": {goto: ${to(k)}, label: {zh: 选项 ${k}, en: Choice ${k}}}`), `    no_input: {goto: s${steps - 1}}`, `    no_match: {goto: s${steps - 1}}`);
    } else lines.push(`  s${n}: {type: play, prompts: {zh: 第 ${n} 步。, en: This is step ${n}.}, goto: ${n * 3 + 1 < steps ? to(1) : `s${steps - 1}`}}`);
  }
  lines.push(`  s${steps - 1}: {type: hangup}`);
  return `${lines.join("\n")}\n`;
}

const versionOf = (version, part) => ({ version, base: version - 1, note: "", by: "olga", at: now() - (20 - version) * 0.6 * DAY, state: "retired", edition: `${version}f3a9c1e`.slice(0, 8), problems: 0, tested: true, ...part });
const notes = ["imported", "shorter welcome", "menu for lost cards", "", "music while waiting", "call-backs", "survey after the call"];

function flow(name, numbers, files, tests, { live = 3, canary = null, versions = 4 } = {}) {
  const main = files["main.yaml"];
  const list = Array.from({ length: versions }, (_, index) => {
    const version = index + 1;
    const text = version === versions ? main : main.replace(/en: Welcome to/g, `en: Good day from v${version},`).replace(/timeout_s: [36]/, `timeout_s: ${version + 3}`);
    const old = version <= 2 ? text.replace(/\n {2}say_sorry: .*\n/, "\n").replaceAll("say_sorry", "to_person") : text;
    return { ...versionOf(version, { note: notes[index % notes.length], tested: Object.keys(tests).length > 0 ? true : null }), main: "main.yaml", files: { ...files, "main.yaml": old }, tests };
  }).reverse();
  const history = [{ number: 1, live: 1, canary: null, by: "tandem", at: now() - 12 * DAY, what: "imported" }, ...(live > 1 ? [{ number: 2, live, canary: null, by: "olga", at: now() - 4 * DAY, what: "live" }] : []), ...(canary ? [{ number: 3, live, canary, by: "omar", at: now() - 0.3 * DAY, what: "canary" }] : [])].reverse();
  return { name, numbers, list, history: live === 0 ? [] : history };
}

let flows = [];
function reset(count, steps) {
  flows = [
    flow("main", ["95533", "+862160000000"], { "main.yaml": bank }, {}, { live: 3, versions: 5, canary: { version: 4, share: 0.1, numbers: [] } }),
    flow("delivery", ["95534"], { "main.yaml": delivery, "identify.yaml": identify }, { "main.test.yaml": deliveryTests }),
    flow("large", [], { "main.yaml": long(steps) }, {}, { live: 0, versions: 1 }),
    flow("night", ["95535"], { "main.yaml": "format: 1\nname: night\nlanguages: [zh, en]\ndefault_language: zh\nstart: closed\non_error: service\nsteps:\n  closed: {type: play, prompts: {zh: 现在是非工作时间。, en: We are closed.}, goto: bye}\n  bye: {type: hangup}\n" }, {}, { versions: 2, live: 2 }),
    flow("broken", ["95536"], { "main.yaml": "format: 1\nname: broken\nlanguages: [zh, en]\ndefault_language: zh\nstart: ask\non_error: service\n\nsteps:\n  ask:\n    type: menu\n    prompts: {zh: 请选择。}\n    choices:\n      \"1\": {goto: nowhere, label: {zh: 一, en: One}}\n    no_input: {goto: bye}\n    no_match: {}\n\n  bye: {type: hangup}\n  lost: {type: play, prompts: {zh: 没有人来。, en: Nobody comes here.}, goto: bye}\n" }, {}, { versions: 1, live: 0 }),
  ];
  while (flows.length < count) flows.push(flow(`flow_${flows.length}`, [String(96000 + flows.length)], { "main.yaml": bank.replace("name: main", `name: flow_${flows.length}`) }, {}, {}));
  flows = flows.slice(0, count);
}
reset(5, 500);
export const resize = (count, steps) => reset(count, steps);

let checker = true;
export const setChecker = (on) => (checker = on);

const bare = ({ main, files, tests, ...version }) => version;
const deploymentOf = (one) => one.history[0] ?? null;

function standing(one) {
  const live = deploymentOf(one);
  return one.list.map((version) => ({ ...bare(version), state: live?.live === version.version ? "live" : live?.canary?.version === version.version ? "canary" : version.version > (live?.live ?? 0) ? "draft" : "retired", problems: check(version).problems.filter((problem) => problem.severity === "error").length }));
}

function detail(one) {
  const live = deploymentOf(one);
  const before = one.history.find((entry) => entry.live !== live?.live);
  return { name: one.name, numbers: one.numbers, versions: standing(one), deployment: live, history: one.history, rollback_to: live?.canary ? live.live : (before?.live ?? null) };
}

const summary = (one, index) => {
  const live = deploymentOf(one);
  const newest = standing(one)[0];
  return { name: one.name, numbers: one.numbers, live_version: live?.live ?? null, canary: live?.canary ?? null, newest_version: newest.version, versions: one.list.length, languages: ["zh", "en"], problems: newest.problems, calls: live ? 18_204 - index * 3_111 : 0, containment: live ? 0.62 - index * 0.11 : null, changed_at: newest.at, changed_by: newest.by };
};

function deploy(one, live, canary, what) {
  one.history.unshift({ number: one.history.length + 1, live, canary, by: "olga", at: now(), what });
  return [200, detail(one)];
}

// ---- check: only enough to show problems where they belong ------------------------------------------------------------

const exitsOf = (step) => {
  const found = [];
  const walk = (value, name) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (["goto", "fallback", "found", "not_found", "open", "closed", "holiday", "closing", "otherwise", "refused", "failed", "too_short", "while_waiting", "after_call"].includes(key) && typeof inner === "string") found.push({ name: key === "goto" ? (name ?? "goto") : key, to: inner });
      else if (key === "exits") for (const [exit, to] of Object.entries(inner ?? {})) found.push({ name: exit, to });
      else if (key === "cases" || key === "ways") (Array.isArray(inner) ? inner : []).forEach((one, index) => walk(one, one?.name ?? `${key.slice(0, -1)}${index + 1}`));
      else if (key === "choices" || key === "keys") for (const [digit, choice] of Object.entries(inner ?? {})) walk(choice, digit);
      else if (key === "no_input" || key === "no_match") walk(inner, key);
    }
  };
  walk(step);
  return found;
};

const checked = new WeakMap();

function check(bundle) {
  if (!checked.has(bundle)) checked.set(bundle, checkOnce(bundle));
  return checked.get(bundle);
}

function checkOnce({ main, files }) {
  const problems = [];
  const steps = [];
  const visit = (file, prefix) => {
    const text = files[file];
    if (text === undefined) return problems.push({ file: main, line: 0, step: prefix.replace(/\/$/, ""), severity: "error", code: "missing_file", what: both(`没有文件 ${file}。`, `There is no file ${file}.`), fix: both("请添加该文件。", "Add it.") });
    const document = parseDocument(text);
    let [seen, count] = [0, 1];
    const line = (at) => {
      if (at < seen) [seen, count] = [0, 1];
      for (; seen < at; seen += 1) if (text[seen] === "\n") count += 1;
      return count;
    };
    if (document.errors.length > 0) return problems.push({ file, line: line(document.errors[0].pos[0]), step: "", severity: "error", code: "not_yaml", what: both("这不是有效的 YAML。", "This is not YAML."), fix: both("请检查缩进和括号。", "Look at indents and brackets.") });
    const js = document.toJS() ?? {};
    const names = Object.keys(js.steps ?? {});
    const reached = new Set([js.start, ...Object.values(js.commands ?? {}).map((one) => one?.goto)]);
    for (const name of names) {
      const step = js.steps[name] ?? {};
      const at = line(document.getIn(["steps", name], true)?.range?.[0] ?? 0);
      const tell = (code, severity, what, fix) => problems.push({ file, line: at, step: prefix + name, severity, code, what, fix });
      const exits = exitsOf(step);
      for (const exit of exits) {
        reached.add(exit.to);
        if (!names.includes(exit.to)) tell("unknown_step", "error", both(`出口 ${exit.name} 通往不存在的步骤 ${exit.to}。`, `The exit ${exit.name} leads to ${exit.to}, which does not exist.`), both("请连接到一个步骤。", "Lead it to a step."));
      }
      if (exits.length === 0 && !["queue", "hangup", "return", "transfer"].includes(step.type)) tell("unwired_exit", "error", both("这个步骤没有去向。", "This step leads nowhere."), both("请连接它的出口。", "Wire its exits."));
      if (step.type === "menu" && (!step.no_match?.goto || !step.no_input?.goto)) tell("unwired_exit", "error", both("no_match 或 no_input 没有连接。", "no_match or no_input is not wired."), both("请连接该出口。", "Wire the exit."));
      const prompts = step.prompts;
      if (prompts && !Array.isArray(prompts) && typeof prompts === "object" && !prompts.say && (!prompts.zh || !prompts.en)) tell("missing_prompt", "error", both("缺少英文或中文提示。", "A prompt is missing in one language."), both("请补充另一种语言。", "Add it."));
      if (typeof prompts === "string" && !js.prompts?.[prompts]) tell("unknown_prompt", "error", both(`没有提示 ${prompts}。`, `There is no prompt ${prompts}.`), both("请添加或更正名称。", "Add it or correct the name."));
      if (step.type === "subflow" && js.use?.[step.use]) visit(js.use[step.use], `${prefix}${name}/`);
      steps.push({ name: prefix + name, kind: step.type, file, line: at, exits, said: {}, mode: "ivr" });
    }
    for (const name of names.filter((one) => !reached.has(one))) problems.push({ file, line: line(document.getIn(["steps", name], true)?.range?.[0] ?? 0), step: prefix + name, severity: "warning", code: "unreachable_step", what: both("没有任何出口通往此步骤。", "Nothing leads to this step."), fix: both("请连接它或删除它。", "Lead an exit to it or remove it.") });
  };
  visit(main, "");
  return { problems, graph: problems.some((one) => one.severity === "error") ? null : { name: "", languages: ["zh", "en"], start: "", on_error: "", steps } };
}

function test(bundle) {
  const { problems, graph } = check(bundle);
  if (!graph) return { problems, cases: [], coverage: null };
  const names = graph.steps.map((step) => step.name);
  const known = (path) => path.filter((name) => names.includes(name));
  const cases = Object.entries(bundle.tests).flatMap(([file, text]) => {
    const tests = parseDocument(text).toJS()?.tests ?? [];
    return tests.map((one, index) => {
      const path = known(index === 2 ? ["welcome", "hours", "leave_message", "bye"] : index === 1 ? ["welcome", "hours", "who/ask", "who/known", "ask_shop", "say_sorry", "to_person"] : ["welcome", "hours", "who/ask", "who/known", "ask_shop", "arrived", "say_delivered", "more", "how_was_it", "bye"]);
      const ok = index !== 1;
      return { file, name: one.name, ok, failures: ok ? [] : [both("应进入队列 service，实际为 parcels。", "expected the queue service, came to parcels")], heard: ["welcome"], path };
    });
  });
  const nodes = Object.fromEntries(names.map((name) => [name, cases.filter((one) => one.path.includes(name)).length]));
  const edges = graph.steps.flatMap((step) => step.exits.map((exit) => {
    const to = step.name.includes("/") && names.includes(`${step.name.split("/")[0]}/${exit.to}`) ? `${step.name.split("/")[0]}/${exit.to}` : exit.to;
    const count = cases.filter((one) => one.path.some((name, at) => name === step.name && (one.path[at + 1] === to || one.path[at + 1]?.startsWith(`${to}/`)))).length;
    return { step: step.name, exit: exit.name, to, count };
  }));
  for (const exit of ["known", "unknown"]) if (names.includes(`who/${exit}`)) edges.push({ step: `who/${exit}`, exit, to: exit === "known" ? "ask_shop" : "to_person", count: exit === "known" ? 2 : 0 });
  const ratio = (counts) => counts.filter((count) => count > 0).length / Math.max(1, counts.length);
  return { problems, cases, coverage: { nodes, edges, node_ratio: ratio(Object.values(nodes)), edge_ratio: ratio(edges.map((edge) => edge.count)) } };
}

// ---- numbers: callers who walk at random, the same each time ----------------------------------------------------------

function numbers(one, version, days) {
  const chosen = one.list.find((entry) => entry.version === version) ?? one.list[0];
  const { graph } = check(chosen);
  const empty = { name: one.name, version, since: now() - days * DAY, until: now(), nodes: [], containment: { calls: 0, contained: 0, ends: [], ratio: null }, journeys: [] };
  if (!graph || one.history.length === 0) return empty;
  const flat = new Map(graph.steps.map((step) => [step.name, step]));
  const js = parseDocument(chosen.files[chosen.main]).toJS();
  const node = (name) => nodes.get(name) ?? nodes.set(name, { step: name, entered: 0, exits: {}, abandoned: 0, mean_s: 2 + (name.length % 7) * 3.1, no_input: 0, no_match: 0 }).get(name);
  const nodes = new Map();
  const links = new Map();
  const ends = new Map();
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const calls = 900 * days;
  for (let call = 0; call < calls; call += 1) {
    let at = js.start;
    let depth = 0;
    const link = (to) => links.set(`${depth}|${at}|${to}`, (links.get(`${depth}|${at}|${to}`) ?? 0) + 1);
    for (; depth < 12; depth += 1) {
      const step = flat.get(at);
      if (step?.kind === "subflow") at = `${at}/ask`;
      const here = flat.get(at);
      if (!here) break;
      const entry = node(at);
      entry.entered += 1;
      let exits = here.exits.filter((exit) => !["while_waiting", "after_call", "fallback"].includes(exit.name));
      if (here.kind === "return") exits = js.steps[at.split("/")[0]].exits ? Object.entries(js.steps[at.split("/")[0]].exits).filter(([name]) => name === at.split("/")[1]).map(([name, to]) => ({ name, to })) : [];
      const end = here.kind === "queue" ? `end:queue:${js.steps[at].queue}` : here.kind === "hangup" ? "end:served" : random() < 0.045 ? "end:hung_up" : null;
      if (end === "end:hung_up") entry.abandoned += 1;
      if (end !== null || exits.length === 0) {
        link(end ?? "end:hung_up");
        ends.set(end ?? "end:hung_up", (ends.get(end ?? "end:hung_up") ?? 0) + 1);
        break;
      }
      const exit = exits[Math.floor(random() ** 1.8 * exits.length)];
      entry.exits[exit.name] = (entry.exits[exit.name] ?? 0) + 1;
      if (exit.name === "no_input") entry.no_input += 1;
      if (exit.name === "no_match") entry.no_match += 1;
      const inside = at.includes("/") && here.kind !== "return" ? `${at.split("/")[0]}/${exit.to}` : exit.to;
      const target = flat.get(inside)?.kind === "subflow" ? `${inside}/ask` : inside;
      link(target);
      at = target;
    }
  }
  const list = [...ends].map(([end, count]) => ({ reason: end.split(":")[1], queue: end.split(":")[2] ?? "", calls: count, contained: end === "end:served" })).sort((a, b) => b.calls - a.calls);
  const all = list.reduce((sum, end) => sum + end.calls, 0);
  const contained = list.filter((end) => end.contained).reduce((sum, end) => sum + end.calls, 0);
  const ratio = contained / all;
  const half = 1.96 * Math.sqrt((ratio * (1 - ratio)) / all);
  return { ...empty, nodes: [...nodes.values()], containment: { calls: all, contained, ends: list, ratio: { value: ratio, low: Math.max(0, ratio - half), high: Math.min(1, ratio + half) } }, journeys: [...links].map(([key, count]) => ({ depth: Number(key.split("|")[0]), source: key.split("|")[1], target: key.split("|")[2], calls: count })) };
}

const replay = (one, version, days) => ({
  name: one.name, version, since: now() - days * DAY, until: now(), calls: 900 * days, left_out: days > 7 ? 4_100 : 0, same: 742 * days, moved: 131 * days, undetermined: 27 * days,
  moves: [{ before: "queue:service", after: "served", calls: 84 * days }, { before: "hung_up", after: "queue:service", calls: 31 * days }, { before: "served", after: "queue:cards", calls: 16 * days }],
  stops: [{ step: "more", why: both("来电者从未到过此菜单。", "Callers never met this menu."), calls: 21 * days }, { step: "who/ask", why: both("按下的数字不再适合。", "What they pressed does not fit any more."), calls: 6 * days }],
  dead_ends: {},
  examples: [{ call: "c81", at: now() - 4_000, before: "queue:service", after: "served", stopped_at: "", path_before: ["welcome", "hours", "to_person"], path_after: ["welcome", "hours", "who/ask", "ask_shop", "say_day", "bye"] }, { call: "c82", at: now() - 9_000, before: "hung_up", after: "undetermined", stopped_at: "more", path_before: ["welcome"], path_after: ["welcome", "hours", "more"] }],
  before: { value: 0.412, low: 0.4, high: 0.424 }, after: { value: 0.503, low: 0.49, high: 0.515 }, difference: { value: 0.091, low: 0.079, high: 0.103 },
});

const recordings = new Map([["en/Welcome to Bluebird Parcels.", { language: "en", text: "Welcome to Bluebird Parcels.", seconds: 2.4, gain_db: 1.1, warnings: [], by: "olga", at: now() - 3 * DAY }]]);
const missing = [404, { code: "resource_missing", message: "No such flow.", retryable: false }];

/** [status, body], or null when the path is not one of flows. `ring`: rings the phones. */
export function answer(method, path, query, body, ring) {
  if (path === "/api/flows") return [200, { flows: flows.map(summary) }];
  if (path === "/api/flows/check") return checker ? [200, check(body)] : [503, { code: "unavailable", message: "The checker is away.", retryable: true }];
  if (path === "/api/flows/test") return [200, test(body)];
  if (path === "/api/flows/call") {
    ring();
    return [202, { call: "draft1" }];
  }
  const prompt = `${query.get("language")}/${query.get("text")}`;
  if (path === "/api/flows/recordings" && method === "PUT") recordings.set(prompt, { language: query.get("language"), text: query.get("text"), seconds: 3.2, gain_db: -2.4, warnings: [], by: "olga", at: now() });
  if (path === "/api/flows/recordings" && method === "DELETE") recordings.delete(prompt);
  if (path === "/api/flows/recordings") return method === "GET" ? [200, { recordings: [...recordings.values()] }] : method === "PUT" ? [200, recordings.get(prompt)] : [204, null];
  const [, name, rest = ""] = /^\/api\/flows\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (rest === "/drafts") {
    let one = flows.find((entry) => entry.name === name);
    if (!one) flows.push((one = { name, numbers: [], list: [], history: [] }));
    const version = { ...versionOf((one.list[0]?.version ?? 0) + 1, { base: body.base_version, note: body.note ?? "", at: now(), state: "draft", tested: null }), main: body.main, files: body.files, tests: body.tests ?? {} };
    one.list.unshift(version);
    return [201, bare(version)];
  }
  const one = flows.find((entry) => entry.name === name);
  if (!one) return missing;
  if (rest === "") return [200, detail(one)];
  const version = /^\/versions\/(\d+)$/.exec(rest);
  if (version) {
    const found = one.list.find((entry) => entry.version === Number(version[1]));
    return found ? [200, { version: standing(one).find((entry) => entry.version === found.version), main: found.main, files: found.files, tests: found.tests }] : missing;
  }
  const live = deploymentOf(one);
  if (rest === "/live") return deploy(one, body.version, null, "live");
  if (rest === "/canary") return method === "DELETE" ? deploy(one, live.live, null, "canary_ended") : deploy(one, live?.live ?? body.version, { version: body.version, share: body.share ?? 0, numbers: body.numbers ?? [] }, "canary");
  if (rest === "/rollback") return deploy(one, detail(one).rollback_to, null, "rollback");
  if (rest === "/numbers") return [200, numbers(one, Number(query.get("version")) || null, Number(query.get("days") ?? 7))];
  if (rest === "/replay") return [200, replay(one, body.version ?? null, body.days ?? 7)];
  return missing;
}
