// A server for looking at the pages without Asterisk or PostgreSQL: serves web_dist, the REST interface and the live
// channel with made-up data. `node mock/server.mjs [port]`, any password; log-ins agent1, supervisor, operator, admin.
// What happens is scripted from outside: GET /mock/offer?pop=vip, /mock/board?seats=500&waiting=40, /mock/service ...

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import * as campaigns from "./campaigns.mjs";
import * as data from "./data.mjs";
import * as flows from "./flows.mjs";
import * as routing from "./routing.mjs";
import { serveSip } from "./sip.mjs";

const port = Number(process.argv[2] ?? 18000);
const dist = process.env.WEB_DIST ?? fileURLToPath(new URL("../../web_dist", import.meta.url));
const now = () => Date.now() / 1000;
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };
const csp = (host) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self' blob:; manifest-src 'self'; connect-src 'self' ws://${host}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

const state = {
  agent: { login: "agent1", name: "陈静", device: "1001", state: "not_ready", reason: "logged_on", pending: null, since: now(), phone_ok: true, skills: { mandarin: 5, english: 3, vip: 1 } },
  call: null,
  wrap_up: null,
  tasks: [],
  callbacks: data.callbackEntries(),
  service: { switch_up: true, database_up: true },
  board: data.board(5, 7),
  calls: 60,
  failures: 0,
  hasPhone: true,
};
const phones = new Set();
const pages = new Set();
let sessions = 0;

function push(view, message) {
  for (const page of pages) {
    if (view && page.view !== view) continue;
    page.seq += 1;
    page.socket.send(JSON.stringify({ ...message, seq: page.seq }));
  }
}
const pushSeat = () => push("seat", { type: "seat", agent: state.agent, call: state.call, wrap_up: state.wrap_up, tasks: state.tasks });
/** Of the first so many what the page does not have. */
function tellCallbacks(page, first) {
  const shown = state.callbacks.slice(0, first);
  const rows = shown.filter((entry) => !page.callbacks?.includes(entry));
  const gone = (page.callbacks ?? []).filter((entry) => !shown.includes(entry)).map((entry) => entry.id);
  page.seq += 1;
  page.socket.send(JSON.stringify({ type: "callbacks", seq: page.seq, whole: page.callbacks === null, total: state.callbacks.length, rows, gone }));
  Object.assign(page, { callbacks: shown, callbacksWatched: first });
}
function pushCallbacks({ whole = false } = {}) {
  for (const page of pages) {
    if (page.callbacks === null) continue;
    if (whole) page.callbacks = null;
    tellCallbacks(page, page.callbacksWatched);
  }
}
const pushService = () => push(null, { type: "service", ...state.service });

function become(name, reason = null) {
  state.agent = { ...state.agent, state: name, reason, pending: null, since: now() };
}

function offer(pop) {
  become("busy");
  state.wrap_up = null;
  state.call = { id: `mock${Math.floor(now())}`, offer: 1, phase: "offered", held: false, started_at: now() - 31, queued_at: now() - pop.waited_s, ring_until: null, answered_at: null, rejoin_until: null, recording: null, pop };
  pushSeat();
}

/** A campaign's call: looked at first, or put through. */
function offerCard(name) {
  const campaign = campaigns.cards[name]();
  const preview = campaign.mode === "preview";
  become("busy");
  state.wrap_up = null;
  state.call = { id: `mock${Math.floor(now())}`, offer: 1, phase: preview ? "preview" : "offered", held: false, started_at: now(), queued_at: now(), ring_until: null, answered_at: null, rejoin_until: null, recording: null, pop: { ...data.pops.vip(), customers: [], number: campaign.number, number_e164: campaign.number, why: {} }, campaign, auto_answer: true };
  pushSeat();
}

function patchCall(part) {
  if (!state.call) return;
  state.call = { ...state.call, ...part };
  pushSeat();
}

function wrapUp() {
  const call = state.call;
  if (!call) return;
  const customer = call.pop.customers[0];
  become("working_after_call");
  state.wrap_up = { call: call.id, number: call.pop.number_e164, customer: customer?.id ?? null, customer_name: customer?.name ?? "", caller_name: call.pop.caller_name, queue: call.pop.queue, talk_s: now() - (call.answered_at ?? now()), started_at: now(), until: now() + 60, overdue: false, pop: call.pop, campaign: call.campaign ?? null };
  state.call = null;
  pushSeat();
}

function phoneEvent(event) {
  if (event === "answered" && state.call?.campaign?.mode === "preview" && state.call.phase === "preview") {
    patchCall({ phase: "dialling" });
    setTimeout(() => patchCall({ phase: "talking", answered_at: now() }), 4000);
    return;
  }
  if (event === "answered") patchCall({ phase: "talking", answered_at: state.call?.answered_at ?? now(), ring_until: null, rejoin_until: null, recording: { id: "r1", state: "recording", detail: "" } });
  if (event === "held") patchCall({ held: true });
  if (event === "retrieved") patchCall({ held: false });
}

function endPhones() {
  for (const phone of phones) phone.end();
}

function command(message) {
  switch (message.type) {
    case "set_ready":
      if (state.call) state.agent = { ...state.agent, pending: "ready" };
      else become("ready");
      return pushSeat();
    case "set_not_ready":
      if (state.call) state.agent = { ...state.agent, pending: "not_ready" };
      else become("not_ready", message.reason);
      return pushSeat();
    case "pop_shown":
      if (state.call?.phase !== "offered") return;
      patchCall({ phase: "ringing", ring_until: now() + 20 });
      for (const phone of phones) phone.ring();
      return;
    case "decline":
      state.call = null;
      become("not_ready", "declined");
      endPhones();
      return pushSeat();
    case "preview_dial":
      for (const phone of phones) phone.ring();
      return;
    case "preview_skip":
      state.call = null;
      become("ready");
      return pushSeat();
    case "mark_machine":
      if (!state.call) return;
      endPhones();
      return wrapUp();
    case "hang_up":
    case "transfer":
      endPhones();
      return wrapUp();
    case "choose_customer": {
      if (!state.call) return;
      const all = [...state.call.pop.customers, data.customer(message.customer)];
      const chosen = all.find((one) => one.id === message.customer);
      patchCall({ pop: { ...state.call.pop, customers: [chosen, ...state.call.pop.customers.filter((one) => one !== chosen)] } });
      return;
    }
    case "wrap_up":
      state.wrap_up = null;
      become(message.next, message.next === "ready" ? null : "other");
      return pushSeat();
    case "more_time":
      state.wrap_up = { ...state.wrap_up, until: state.wrap_up.until + 60 };
      return pushSeat();
    case "task_accept":
      state.tasks = state.tasks.map((task) => (task.id === message.task ? { ...task, state: "in_hand", accepted_at: now(), offered_until: null } : task));
      return pushSeat();
    case "task_return":
    case "task_done":
      state.tasks = state.tasks.filter((task) => task.id !== message.task);
      return pushSeat();
    case "callback_done":
      state.callbacks = state.callbacks.filter((entry) => entry.id !== message.callback);
      return pushCallbacks();
  }
}

const scripts = {
  "/mock/offer": (query) => offer(data.pops[query.get("pop") ?? "vip"]()),
  "/mock/card": (query) => offerCard(query.get("card") ?? "through"),
  "/mock/campaigns": (query) => {
    if (query.has("count")) campaigns.resize(Number(query.get("count")), query.get("hostile") !== "no");
    if (query.has("lists")) campaigns.setLists(Number(query.get("lists")));
    if (query.has("promises")) campaigns.setPromises(Number(query.get("promises")));
    if (query.has("entries")) campaigns.makeEntries(Number(query.get("entries")));
    if (query.has("chain")) campaigns.breakChain(query.get("chain") === "broken");
    if (query.has("interrupted")) campaigns.interruptImport(query.get("interrupted") === "yes");
    push("board", campaigns.message(true));
  },
  "/mock/wrap_up": () => (endPhones(), wrapUp()),
  "/mock/overdue": () => {
    state.wrap_up = { ...state.wrap_up, until: now() - 75, overdue: true };
    pushSeat();
  },
  "/mock/ring": () => phones.forEach((phone) => phone.ring()),
  "/mock/rejoin": () => {
    patchCall({ phase: "rejoining", rejoin_until: now() + 30 });
    setTimeout(() => phones.forEach((phone) => phone.ring()), 300);
  },
  "/mock/call": (query) => patchCall(JSON.parse(query.get("part"))),
  "/mock/late": () => patchCall({ pop: { ...data.pops.vip(), looked_up: true } }),
  "/mock/idle": (query) => {
    state.call = null;
    state.wrap_up = null;
    become(query.get("state") ?? "ready", query.get("reason"));
    endPhones();
    pushSeat();
  },
  "/mock/board": (query) => {
    state.board = data.board(Number(query.get("seats")), Number(query.get("waiting") ?? 7));
    push("board", state.board);
  },
  "/mock/churn": (query) => {
    let left = Number(query.get("times") ?? 50);
    const timer = setInterval(() => {
      const rows = Array.from({ length: 12 }, () => ({ ...data.seatRow(Math.floor(Math.random() * state.board.seats.length)), since: now() }));
      push("board", { type: "board", whole: false, seats: rows, queues: [], calls: [], gone_seats: [], gone_calls: [] });
      left -= 1;
      if (left <= 0) clearInterval(timer);
    }, 100);
  },
  "/mock/tasks": (query) => {
    state.tasks = Array.from({ length: Number(query.get("count")) }, (_, index) => routing.task(index));
    pushSeat();
  },
  "/mock/routing": (query) => routing.resize(Number(query.get("agents")), Number(query.get("line") ?? 5), Number(query.get("queues") ?? 0)),
  "/mock/callback": () => {
    const offered = state.call;
    if (!offered) return;
    patchCall({ callback: { attempt: 2, attempts_allowed: 3, number: offered.pop.number_e164, asked_at: now() - 1800, mode: "agent", window: null, created_by: "", note: "想了解分期付款。" } });
  },
  "/mock/callbacks": (query) => {
    state.callbacks = data.callbackEntries(Number(query.get("count")));
    pushCallbacks({ whole: true });
  },
  "/mock/service": (query) => {
    state.service = { switch_up: query.get("switch") !== "down", database_up: query.get("database") !== "down" };
    pushService();
  },
  "/mock/cut": () => pages.forEach((page) => page.socket.terminate()),
  "/mock/down": (query) => {
    state.downUntil = now() + Number(query.get("seconds") ?? 5);
    pages.forEach((page) => page.socket.terminate());
  },
  "/mock/replaced": () => {
    for (const page of pages) {
      page.seq += 1;
      page.socket.send(JSON.stringify({ type: "replaced", seq: page.seq }));
      page.socket.close(4409);
    }
  },
  "/mock/calls": (query) => {
    state.calls = Number(query.get("count"));
  },
  "/mock/flows": (query) => flows.resize(Number(query.get("count") ?? 5), Number(query.get("steps") ?? 500)),
  "/mock/checker": (query) => flows.setChecker(query.get("is") !== "away"),
  "/mock/phone": (query) => {
    state.hasPhone = query.get("has") !== "no";
  },
};

function wav(seconds) {
  const rate = 8000;
  const samples = Math.floor(rate * seconds);
  const buffer = Buffer.alloc(44 + samples * 4);
  buffer.write("RIFF", 0);
  buffer.writeUInt32LE(36 + samples * 4, 4);
  buffer.write("WAVEfmt ", 8);
  buffer.writeUInt32LE(16, 16);
  buffer.writeUInt16LE(1, 20);
  buffer.writeUInt16LE(2, 22);
  buffer.writeUInt32LE(rate, 24);
  buffer.writeUInt32LE(rate * 4, 28);
  buffer.writeUInt16LE(4, 32);
  buffer.writeUInt16LE(16, 34);
  buffer.write("data", 36);
  buffer.writeUInt32LE(samples * 4, 40);
  for (let i = 0; i < samples; i += 1) {
    const talk = Math.floor(i / 12000) % 2;
    buffer.writeInt16LE(talk ? 0 : Math.sin(i / 9) * 9000 * Math.abs(Math.sin(i / 2400)), 44 + i * 4);
    buffer.writeInt16LE(talk ? Math.sin(i / 13) * 9000 * Math.abs(Math.sin(i / 1900)) : 0, 46 + i * 4);
  }
  return buffer;
}

const people = {
  agent1: { login: "agent1", name: "陈静", role: "agent", language: "zh", device: "1001" },
  supervisor: { login: "supervisor", name: "赵磊", role: "supervisor", language: "zh", device: null },
  operator: { login: "operator", name: "Olga Petrova", role: "operator", language: "en", device: "1099" },
  admin: { login: "admin", name: "Admin", role: "admin", language: "en", device: null },
};
const campaignActions = ["read_campaigns", "change_campaigns", "forbid_calls", "dial", "read_promises", "change_promises"];
const routingActions = ["read_routing", "change_routing", "read_line", "call_back", "read_why", "read_tasks", "create_task", "cancel_task", "study"];
const may = {
  agent: ["open_seat", "work_seat", "read_calls", "read_recordings", "read_callbacks", "finish_callback", "read_customers", "create_customer", "read_transfer_targets", "read_line", "call_back", "read_why", "read_tasks", "create_task", "dial", "read_promises", "change_promises"],
  supervisor: ["open_board", "read_calls", "read_recordings", "read_callbacks", "finish_callback", "read_customers", "read_flows", ...campaignActions, ...routingActions],
  operator: ["read_campaigns", "forbid_calls", "open_board", "read_calls", "read_callbacks", "read_flows", "change_flows", "check"],
  admin: ["open_board", "read_calls", "read_recordings", "read_callbacks", "finish_callback", "read_customers", "read_flows", "change_flows", "check", ...campaignActions, ...routingActions],
};

function body(request) {
  return new Promise((resolve) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => resolve(text ? JSON.parse(text) : {}));
  });
}

async function api(request, url, who, json) {
  const path = url.pathname;
  const query = url.searchParams;
  if (path === "/api/health") return json(200, { switch_up: true, database_up: true, version: "0.1.0" });
  if (path === "/api/login") {
    const { login, password } = await body(request);
    if (password === "wrong") state.failures += 1;
    if (state.failures > 3) {
      state.failures = 0;
      return json(429, { code: "limit_reached", message: "Too many attempts.", retryable: true }, { "Retry-After": "17" });
    }
    if (!people[login] || password === "wrong") return json(401, { code: "bad_credentials", message: "Wrong.", retryable: false });
    return json(200, people[login], { "Set-Cookie": `tandem_session=${login}; Path=/; HttpOnly; SameSite=Strict` });
  }
  if (!who) return json(401, { code: "not_logged_in", message: "Log in.", retryable: false });
  if (path === "/api/logout") return json(204, null, { "Set-Cookie": "tandem_session=; Path=/; Max-Age=0" });
  const host = request.headers.host;
  if (path === "/api/me") {
    const softphone = who.device && state.hasPhone ? { socket_url: `ws://${host}/sip`, uri: `sip:${who.device}@mock.invalid`, user: who.device, password: "x", display_name: who.name } : null;
    return json(200, { user: who, seat_socket_url: `ws://${host}/live`, softphone, not_ready_reasons: data.reasons, may: may[who.role], version: "0.1.0" });
  }
  if (path === "/api/me/language") {
    who.language = (await body(request)).language;
    return json(200, who);
  }
  if (/^\/api\/(routing|line|tasks|queues|closure|whatif|staffing|expected-wait|calls\/[^/]+\/why)/.test(path)) {
    const routed = routing.answer(request.method, path, query, await body(request));
    if (routed) return json(...routed);
  }
  if (/^\/api\/(campaigns|leads|lists|do-not-call|jurisdictions|dial)/.test(path)) {
    const raw = path === "/api/lists/uploads";
    if (raw) request.resume();
    const said = campaigns.answer(request.method, path, query, raw ? null : await body(request));
    if (said) {
      if (request.method !== "GET") push("board", campaigns.message(true));
      return json(...said);
    }
  }
  if (path.startsWith("/api/flows")) {
    const sound = path === "/api/flows/recordings";
    return json(...flows.answer(request.method, path, query, sound ? null : await body(request), () => phones.forEach((phone) => phone.ring())));
  }
  if (path === "/api/dispositions") return json(200, data.dispositions);
  if (path === "/api/transfer-targets") return json(200, { agents: [...Array(8).keys()].map((i) => ({ login: `agent${i + 1}`, name: data.nameOf(i), role: "agent", language: "zh", device: String(1001 + i) })), queues: data.queues.map((queue) => ({ id: queue.id, ...queue.name })) });
  if (path === "/api/calls") {
    const before = Number(query.get("before") ?? Infinity);
    const wanted = [...Array(state.calls).keys()].map(data.callLine).filter((call) => call.started_at < before && (!query.get("outcome") || call.outcome === query.get("outcome")) && (!query.get("queue") || call.queue === query.get("queue")) && (!query.get("agent") || call.agent === query.get("agent") || state.calls > 0 && query.get("agent") === "agent1") && (!query.get("q") || `${call.customer_name}${call.caller_name}${call.number}`.includes(query.get("q"))));
    const limit = Number(query.get("limit") ?? 50);
    return json(200, { calls: wanted.slice(0, limit), next_before: wanted.length > limit ? wanted[limit - 1].started_at : null });
  }
  const call = /^\/api\/calls\/call(\d+)$/.exec(path);
  if (call) return json(200, data.callDetail(Number(call[1])));
  if (path === "/api/customers" && request.method === "POST") return json(201, data.customer("new", { ...(await body(request)), contacts: [], tickets: [] }));
  if (path === "/api/customers") return json(200, { customers: [0, 1, 2].map((i) => data.customer(`s${i}`, { name: data.nameOf(i), tier: "standard" })) });
  if (path === "/api/callbacks") return json(200, { callbacks: state.callbacks });
  if (path === "/api/surveys") return json(200, data.surveys(query.get("by") ?? "question", query.get("question"), now()));
  if (path === "/api/check") return json(200, data.checks);
  return json(404, { code: "resource_missing", message: "No such thing.", retryable: false });
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const headers = { "Content-Security-Policy": csp(request.headers.host), "X-Content-Type-Options": "nosniff" };
  const json = (status, value, extra = {}) => {
    response.writeHead(status, { ...headers, "Content-Type": "application/json", ...extra });
    response.end(value === null ? "" : JSON.stringify(value));
  };
  if (scripts[url.pathname]) {
    scripts[url.pathname](url.searchParams);
    return json(200, {});
  }
  if (state.downUntil > now()) return response.destroy();
  const cookie = /tandem_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
  const who = people[cookie];
  if (/^\/api\/recordings\/.*\/audio$/.test(url.pathname)) {
    const sound = wav(42);
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
    const from = range ? Number(range[1]) : 0;
    const to = range?.[2] ? Number(range[2]) : sound.length - 1;
    response.writeHead(range ? 206 : 200, { ...headers, "Content-Type": "audio/wav", "Accept-Ranges": "bytes", "Content-Length": to - from + 1, ...(range ? { "Content-Range": `bytes ${from}-${to}/${sound.length}` } : {}) });
    return response.end(sound.subarray(from, to + 1));
  }
  if (who && url.pathname === "/api/flows/speech") {
    response.writeHead(200, { ...headers, "Content-Type": "audio/wav" });
    return response.end(wav(3));
  }
  if (url.pathname.startsWith("/api/")) return api(request, url, who, json);
  let file = join(dist, normalize(url.pathname));
  if (!file.startsWith(dist) || !existsSync(file) || statSync(file).isDirectory()) file = join(dist, "index.html");
  response.writeHead(200, { ...headers, "Content-Type": types[extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
});

const live = new WebSocketServer({ noServer: true });
const sip = new WebSocketServer({ noServer: true, handleProtocols: () => "sip" });
server.on("upgrade", (request, socket, head) => {
  if (state.downUntil > now()) return socket.destroy();
  const target = request.url.startsWith("/sip") ? sip : live;
  target.handleUpgrade(request, socket, head, (opened) => {
    if (target === sip) serveSip(opened, phones, phoneEvent);
    else serveLive(opened, /tandem_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1]);
  });
});

function serveLive(socket, login) {
  if (!people[login]) return socket.close(4401);
  const page = { socket, seq: 0, view: null, callbacks: null, callbacksWatched: 0 };
  socket.on("close", () => pages.delete(page));
  socket.on("message", (text) => {
    const message = JSON.parse(String(text));
    if (message.type === "hello") {
      page.view = message.view;
      pages.add(page);
      sessions += 1;
      socket.send(JSON.stringify({ type: "welcome", protocol: 2, session: `s${sessions}`, seq: 0, resumed: false, now: now() }));
      if (page.view === "seat") pushSeat();
      else {
        push("board", state.board);
        push("board", campaigns.message(true));
      }
      pushService();
      return;
    }
    if (message.type === "watch_callbacks") tellCallbacks(page, message.first);
    socket.send(JSON.stringify({ type: "reply", id: message.id, error: null }));
    command(message);
  });
}

setInterval(() => push("board", campaigns.message(false)), 1000);

server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
