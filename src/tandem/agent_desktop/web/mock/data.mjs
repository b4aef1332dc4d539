// Made-up people and calls for the mock server.

const now = () => Date.now() / 1000;

const surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const given = ["小明", "丽", "建国", "芳", "伟", "秀英", "强", "静", "磊", "洋", "艳", "勇"];
const latin = ["Maria González", "John Smith", "Aiko Tanaka", "Olu Adeyemi", "Élodie Dubois", "Sven Åkesson", "Ng Wei Ling"];

export const nameOf = (index) =>
  index % 4 === 3 ? latin[index % latin.length] : surnames[index % surnames.length] + given[(index * 7) % given.length];

const disposition = (code, zh, en, children = []) => ({ code, zh, en, children });
export const dispositions = [
  disposition("sales", "销售", "Sales", [
    disposition("sales.new", "新开户", "New account"),
    disposition("sales.upgrade", "升级套餐", "Upgrade"),
    disposition("sales.lost", "未成交", "Not sold"),
  ]),
  disposition("service", "服务", "Service", [
    disposition("service.balance", "余额查询", "Balance"),
    disposition("service.card", "卡片", "Card", [
      disposition("service.card.lost", "挂失", "Lost or stolen"),
      disposition("service.card.new", "补卡", "Replacement"),
      disposition("service.card.limit", "调整额度", "Limit change"),
    ]),
    disposition("service.transfer", "转账", "Transfer"),
    disposition("service.complaint", "投诉", "Complaint"),
  ]),
  disposition("other", "其他", "Other", [
    disposition("other.wrong", "打错电话", "Wrong number"),
    disposition("other.cut", "通话中断", "Call cut off"),
    disposition("other.no_one", "无人应答", "Nobody spoke"),
  ]),
];

export const reasons = [
  { code: "break", zh: "小休", en: "Break" },
  { code: "meal", zh: "用餐", en: "Meal" },
  { code: "training", zh: "培训", en: "Training" },
  { code: "meeting", zh: "会议", en: "Meeting" },
  { code: "other", zh: "其他", en: "Other" },
];

export const queues = [
  { id: "service-zh", name: { zh: "中文服务", en: "Service, Chinese" } },
  { id: "service-en", name: { zh: "英文服务", en: "Service, English" } },
  { id: "cards", name: { zh: "信用卡", en: "Credit cards" } },
  { id: "vip", name: { zh: "贵宾", en: "VIP" } },
];

const notes = [
  "客户询问信用卡额度，已提交调整申请，三个工作日内回复。",
  "Wanted to know why the transfer of 21 Nov is still pending. Explained cut-off times, promised a call back on Monday.",
  "卡片遗失，已挂失并补发新卡，邮寄地址确认为上海市浦东新区世纪大道 100 号。",
  "",
  "Complained about long waiting. Apologised.\nAsked for paper statements from now on.",
];
const contactDispositions = ["service.card.limit", "service.transfer", "service.card.lost", "", "service.complaint", "service.balance"];
const outcomes = ["answered", "answered", "answered", "abandoned_in_queue", "answered"];
const channels = ["voice", "voice", "email", "voice", "chat"];

export function contacts(count) {
  return Array.from({ length: count }, (_, index) => ({
    id: `c${index}`,
    at: now() - 3600 * 2 - index * 86400 * 11.3,
    channel: channels[index % channels.length],
    direction: index % 5 === 2 ? "outbound" : "inbound",
    agent_name: nameOf(index + 3),
    queue: queues[index % queues.length].id,
    outcome: outcomes[index % outcomes.length],
    disposition: contactDispositions[index % contactDispositions.length],
    notes: notes[index % notes.length],
    duration_s: index % 5 === 3 ? 0 : 65 + index * 41,
  }));
}

const tickets = [
  { id: "t1", title: "转账未到账 2,000 元", state: "open", priority: "high", opened_at: now() - 86400 * 2 },
  { id: "t2", title: "Paper statement instead of e-mail", state: "waiting", priority: "normal", opened_at: now() - 86400 * 9 },
];

export function customer(id, overrides = {}) {
  return {
    id,
    name: "王小明",
    company: "华东机械有限公司",
    tier: "vip",
    language: "zh",
    numbers: ["+8613800138000"],
    email: "wang.xiaoming@example.cn",
    city: "上海",
    since: now() - 86400 * 365 * 6,
    note: "喜欢简短的答复，不要推销。",
    why: "E.164",
    contacts: contacts(10),
    tickets,
    ...overrides,
  };
}

const hostileName = `<img src=x onerror="document.title='owned'">\u202e${"غريب جدا ".repeat(4)}${"x".repeat(300)}`;

/** The pops one can ask for by name: /mock/offer?pop=... */
export const pops = {
  vip: () => pop({}),
  english: () =>
    pop({
      number_e164: "+442079460958",
      number: "02079460958",
      caller_name: "O ADEYEMI",
      customers: [customer("k2", { name: "Olu Adeyemi", company: "", tier: "gold", language: "en", city: "London", email: "", note: "", contacts: contacts(3), tickets: [] })],
      language: "en",
      queue: "service-en",
      queue_name: queues[1].name,
      pressed: [
        { step: "language", digit: "2", zh: "英语", en: "English" },
        { step: "topic", digit: "3", zh: "信用卡", en: "Credit cards" },
      ],
      needs: "english ≥ 3",
      why: { en: "Longest idle (4 min 12 s) of 3 agents who have english at 3 or better.", zh: "在 3 位英语技能不低于 3 级的座席中空闲最久（4 分 12 秒）。" },
    }),
  several: () =>
    pop({
      customers: [
        customer("k3", { name: "李丽", tier: "gold", company: "李记茶行", why: "exact number; gold; latest contact" }),
        customer("k4", { name: "李建国", tier: "standard", company: "", why: "exact number", contacts: contacts(2), tickets: [] }),
        customer("k5", { name: "Lily Lee", tier: "standard", company: "Lee Trading Ltd", why: "exact number", contacts: [], tickets: [] }),
      ],
    }),
  unknown: () => pop({ customers: [], unknown_contacts: 2, caller_name: "ZHANG WEI", number: "02161234567", number_e164: "+862161234567" }),
  late: () => pop({ customers: [], looked_up: false }),
  hostile: () =>
    pop({
      caller_name: hostileName,
      customers: [
        customer("k6", {
          name: hostileName,
          company: hostileName,
          city: hostileName,
          email: hostileName,
          note: hostileName.repeat(3),
          why: hostileName,
          contacts: contacts(4).map((contact) => ({ ...contact, notes: hostileName.repeat(2), agent_name: hostileName, disposition: hostileName, queue: hostileName })),
          tickets: [{ id: "t", title: hostileName, state: hostileName, priority: "high", opened_at: now() }],
        }),
        customer("k7", { name: hostileName, why: hostileName }),
      ],
      pressed: [{ step: "x", digit: "1", zh: hostileName, en: hostileName }],
      needs: hostileName,
      why: { zh: hostileName, en: hostileName },
    }),
  emptyHistory: () => pop({ customers: [customer("k8", { contacts: [], tickets: [], note: "", tier: "standard" })], pressed: [] }),
};

function pop(overrides) {
  return {
    number: "13800138000",
    number_e164: "+8613800138000",
    caller_name: "",
    customers: [customer("k1")],
    looked_up: true,
    unknown_contacts: 0,
    language: "zh",
    queue: "vip",
    queue_name: queues[3].name,
    pressed: [
      { step: "language", digit: "1", zh: "中文", en: "Chinese" },
      { step: "topic", digit: "2", zh: "转账与汇款", en: "Transfers and payments" },
    ],
    waited_s: 23,
    needs: "mandarin ≥ 4, vip ≥ 1",
    why: {
      en: "Longest idle (6 min 3 s) of 4 agents who have mandarin at 4 or better and vip; the caller is VIP and was first in line.",
      zh: "在 4 位普通话不低于 4 级且具备贵宾技能的座席中空闲最久（6 分 3 秒）；客户为 VIP，排在队首。",
    },
    ...overrides,
  };
}

const seatStates = [
  ["busy", null, "talking"],
  ["ready", null, null],
  ["busy", null, "ringing"],
  ["working_after_call", null, null],
  ["not_ready", "meal", null],
  ["busy", null, "talking"],
  ["not_ready", "no_answer", null],
  ["busy", null, "rejoining"],
];

export function seatRow(index) {
  const [state, reason, phase] = seatStates[index % seatStates.length];
  const busy = state === "busy";
  return {
    login: `agent${index + 1}`,
    name: index === 6 ? hostileName : nameOf(index),
    device: String(1001 + index),
    state,
    reason,
    since: now() - ((index * 97) % 1900) - 3,
    online: index % 17 !== 16,
    phone_ok: index % 13 !== 12,
    site: index % 3 ? "上海" : "Beijing",
    tasks: index % 5 === 2 ? 2 : 0,
    call: busy ? `call${index}` : null,
    phase,
    with_number: busy ? `+86138${String(10000000 + index * 7919).slice(0, 8)}` : "",
    with_name: busy ? nameOf(index + 5) : "",
    queue: busy ? queues[index % 4].id : null,
    skills: { "language:zh": (index % 5) + 1, ...(index % 2 ? { "language:en": 3 } : {}), ...(index % 3 ? { "product:cards": 2 } : {}) },
  };
}

export function board(seats, waiting) {
  const calls = Array.from({ length: waiting }, (_, index) => ({
    call: `w${index}`,
    phase: index < 1 ? "ivr" : index === 1 ? "ringing" : "queued",
    queue: index < 1 ? null : queues[index % 4].id,
    place: index < 2 ? null : Math.floor(index / 4) + 1,
    number: `+86139${String(10000000 + index * 7919).slice(0, 8)}`,
    name: index % 3 ? nameOf(index + 2) : "",
    tier: ["standard", "vip", "gold", "standard"][index % 4],
    language: index % 3 ? "zh" : "en",
    since: now() - 4 - index * 9,
    priority: index % 4 === 1 ? 10 : 0,
    needs: index % 2 ? "mandarin ≥ 3" : "english ≥ 2",
    agent: index === 1 ? "agent3" : null,
    kind: index % 6 === 5 ? "virtual" : "live",
    step: 0,
    tier_rank: 2,
    predicted_p50_s: index < 2 ? null : 6 + index * 4,
    predicted_p90_s: index < 2 ? null : 19 + index * 9,
    why_not: { zh: "11 名座席都在通话中", en: "all 11 agents are busy" },
    site: "",
  }));
  return {
    type: "board",
    whole: true,
    seats: Array.from({ length: seats }, (_, index) => seatRow(index)),
    queues: seats === 0 ? [] : queues.map((queue, index) => ({
      id: queue.id,
      name: queue.name,
      waiting: calls.filter((call) => call.queue === queue.id && call.phase === "queued").length,
      longest_wait_since: waiting > 4 ? now() - 12 - index * 17 : null,
      offered: index === 3 ? 0 : 140 - index * 31,
      answered: index === 3 ? 0 : 131 - index * 31,
      abandoned: index === 3 ? 0 : 9,
      in_service_level: 110 - index * 30,
      service_level: index === 3 ? null : 0.93 - index * 0.17,
      target_s: 20,
      asa_s: index === 3 ? null : 8.4 + index * 9,
      ready: index,
      talking: 3 - index,
      predicted_p50_s: index === 3 ? null : 9 + index * 14,
      predicted_p90_s: index === 3 ? null : 28 + index * 31,
      coverage: [0.803, 0.74, 0.87, null][index],
      open: index !== 2,
      closed_why: index === 2 ? { zh: "消防演习", en: "Fire drill" } : {},
      closed_by_hand: index === 2,
      opens_at: null,
      on_shift: 4 + index * 3,
      virtual: index === 0 ? 2 : 0,
      kind: "voice",
    })),
    calls,
    gone_seats: [],
    gone_calls: [],
  };
}

export const callbackEntries = (count = 3) =>
  Array.from({ length: count }, (_, index) => ({
    id: `cb${index}`,
    rev: 1,
    call: `call${index}`,
    number_e164: `+861380013${8010 + (index % 1000)}`,
    caller_name: index === 1 ? "" : nameOf(index + 4),
    customer: null,
    queue: queues[index % queues.length].id,
    reason: "switch failure",
    created_at: now() - 400 - (count - index) * 90,
    state: "open",
    done_by: null,
    done_at: null,
  }));

const callOutcomes = ["answered", "answered", "abandoned_in_queue", "answered", "transferred_out", "abandoned_in_ivr", "switch_failure"];

export function callLine(index) {
  const outcome = callOutcomes[index % callOutcomes.length];
  const talked = outcome === "answered" || outcome === "transferred_out";
  const startedAt = now() - 600 - index * 760;
  return {
    id: `call${index}`,
    started_at: startedAt,
    ended_at: startedAt + 200,
    number: `+86139${String(10000000 + index * 7919).slice(0, 8)}`,
    caller_name: index === 4 ? hostileName : "",
    customer: index % 3 ? `k${index}` : null,
    customer_name: index % 3 ? nameOf(index) : null,
    dnis: "95533",
    queue: queues[index % 4].id,
    language: index % 3 ? "zh" : "en",
    phase: "ended",
    outcome,
    agent: talked ? "agent1" : null,
    agent_name: talked ? nameOf(2) : null,
    wait_s: 4 + ((index * 13) % 70),
    talk_s: talked ? 42 + ((index * 37) % 400) : 0,
    recordings: talked ? 1 : 0,
  };
}

export function callDetail(index) {
  const call = callLine(index);
  const line = (at, code, text, data = {}) => ({ at: call.started_at + at, kind: code.split(".")[0], text, data: { code, ...data } });
  return {
    call,
    timeline: [
      line(0, "invite", "call from a number to 95533", { ani: call.number, dnis: "95533" }),
      line(0.04, "answered", "flow main answers", { flow: "main" }),
      line(4.1, "digit", "pressed 1", { digits: "1" }),
      line(7.9, "digit", "pressed 2", { digits: "2" }),
      line(8, "queued", "waits for vip", { queue: "vip" }),
      line(12.3, "matched", "Longest idle (6 min 3 s) of 4 agents who have mandarin at 4 or better.", { agent: "agent1", offer: 1, why: pops.vip().why }),
      line(12.36, "pop_shown", "the pop is on the agent's page", { agent: "agent1", offer: 1 }),
      line(12.38, "ringing", "phone 1001 rings", { device: "1001", agent: "agent1" }),
      line(15.2, "accepted", "the agent answered", { agent: "agent1" }),
      line(15.21, "talking", "caller and agent are joined", { agent: "agent1" }),
      line(15.2 + call.talk_s, "agent_lost", "the agent's connection ended (normal_clearing)", { agent: "agent1", cause: "normal_clearing" }),
      // A line of a server from before the codes.
      { at: call.started_at + 15.25 + call.talk_s, kind: "hung_up", text: "the agent hung up on the phone", data: { agent: "agent1" } },
      line(15.2 + call.talk_s, "ended", "answered (normal_clearing)", { outcome: call.outcome, cause: "normal_clearing" }),
      line(60 + call.talk_s, "history_written", "disposition service.transfer and notes kept", { disposition: "service.transfer" }),
    ],
    recordings: call.recordings
      ? [{ id: `rec${index}`, agent: "agent1", started_at: call.started_at + 15.3, duration_s: call.talk_s, bytes: 16000 * 2 * call.talk_s, state: "saved", detail: "" }]
      : [],
    contacts: call.talk_s ? contacts(1) : [],
  };
}

const check = (ok, en, zh) => {
  const [name, detail, remedy = ""] = en;
  return { name, ok, detail, remedy, texts: { en: { name, detail, remedy }, zh: { name: zh[0], detail: zh[1], remedy: zh[2] ?? "" } } };
};

export const checks = {
  checks: [
    check(true, ["Asterisk manager", "Asterisk Call Manager/11.0.0 on port 5038"], ["Asterisk 管理接口", "Asterisk Call Manager/11.0.0，端口 5038"]),
    check(true, ["Database", "PostgreSQL 18.4"], ["数据库", "PostgreSQL 18.4"]),
    check(false, ["Flow of 95533", "main.yaml was changed, but calls get version 2: the database counts", "Save it: tandem ivr draft main.yaml, then tandem ivr live main VERSION"], ["95533 的流程", "main.yaml 已更改，但呼叫使用第 2 版：以数据库为准", "请保存：tandem ivr draft main.yaml，然后 tandem ivr live main VERSION"]),
    check(true, ["Speech", "espeak-ng"], ["语音合成", "espeak-ng"]),
    check(true, ["Disk", "77 GB free"], ["磁盘", "剩余 77 GB"]),
  ],
};

/** What callers answered; `by` as the page asks. */
export function surveys(by, question, at) {
  const questions = [
    ["您对本次服务满意吗？1 到 5 分。", "1-5"],
    ["Was your question answered? 1 yes, 2 no.", "yes_no"],
    [hostileName, "1-5"],
  ].filter(([text]) => !question || text === question);
  const names = { question: [""], queue: ["service-zh", "service-en", "cards"], agent: ["agent1", "agent2", ""], day: ["2026-11-20", "2026-11-21", "2026-11-22"] }[by];
  const lines = questions.flatMap(([text, scale], place) =>
    names.map((name, index) => {
      const counts = scale === "yes_no" ? { 0: 31 + index, 1: 104 - 9 * index } : { 1: 4, 2: 6 + index, 3: 18, 4: 61 - place * 30, 5: index === 2 ? 0 : 88 };
      const answered = Object.values(counts).reduce((sum, many) => sum + many, 0);
      const mean = Object.entries(counts).reduce((sum, [answer, many]) => sum + Number(answer) * many, 0) / answered;
      return { question: text, scale, name, asked: answered + 43, answered, mean, counts };
    }),
  );
  return { since: at - 2_592_000, until: at, by, zone: "Asia/Shanghai", lines, more: false };
}
