// Shapes of the REST interface. Written by `python -m tandem.agent_desktop.generate_types`; do not edit.

/** Somebody who should be called back. ``state``: ``open``, ``done``. */
export interface CallbackRecord {
  type: "callback";
  id: string;
  rev: number;
  call: string | null;
  number_e164: string;
  caller_name: string;
  customer: string | null;
  queue: string | null;
  reason: string;
  created_at: number;
  state: string;
  done_by: string | null;
  done_at: number | null;
}

/** One contact of the history, as the agent reads it. */
export interface ContactLine {
  id: string;
  at: number;
  channel: string;
  direction: string;
  agent_name: string;
  queue: string;
  outcome: string;
  disposition: string;
  notes: string;
  duration_s: number;
}

export interface TicketLine {
  id: string;
  title: string;
  state: string;
  priority: string;
  opened_at: number;
}

/** A customer who has the caller's number. ``why`` says what matched; matches come ranked, best first. */
export interface CustomerMatch {
  id: string;
  name: string;
  company: string;
  tier: string;
  language: string;
  numbers: string[];
  email: string;
  city: string;
  since: number;
  note: string;
  why: string;
  contacts: ContactLine[];
  tickets: TicketLine[];
}

export interface LogIn {
  login: string;
  password: string;
}

export interface SetLanguage {
  language: "en" | "zh";
}

export interface UserView {
  login: string;
  name: string;
  role: string;
  language: string;
  device: string | null;
}

/** How the page registers its phone (SIP over WebSocket, RFC 7118). Only for users with a device. */
export interface Softphone {
  socket_url: string;
  uri: string;
  user: string;
  password: string;
  display_name: string;
}

export interface NotReadyChoice {
  code: string;
  zh: string;
  en: string;
}

export interface Me {
  user: UserView;
  seat_socket_url: string;
  softphone: Softphone | null;
  not_ready_reasons: NotReadyChoice[];
  may: string[];
  version: string;
}

/** A node of the disposition tree; only leaves (no ``children``) can be chosen. */
export interface Disposition {
  code: string;
  zh: string;
  en: string;
  children: Disposition[];
}

export interface TransferTargets {
  agents: UserView[];
  queues: Record<string, string>[];
}

/** A row of the list of calls. */
export interface CallLine {
  id: string;
  started_at: number;
  ended_at: number | null;
  number: string;
  caller_name: string;
  customer: string | null;
  customer_name: string | null;
  dnis: string;
  queue: string | null;
  language: string;
  phase: string;
  outcome: string | null;
  agent: string | null;
  agent_name: string | null;
  wait_s: number;
  talk_s: number;
  recordings: number;
}

/** Which calls: ``before`` = started before that moment; ``q`` = part of a number or name. */
export interface CallsQuery {
  limit?: number;
  before?: number | null;
  queue?: string | null;
  agent?: string | null;
  outcome?: string | null;
  q?: string | null;
}

export interface CallPage {
  calls: CallLine[];
  next_before: number | null;
}

export interface TimelineLine {
  at: number;
  kind: string;
  text: string;
  data: Record<string, unknown>;
}

export interface RecordingLine {
  id: string;
  agent: string | null;
  started_at: number;
  duration_s: number;
  bytes: number;
  state: string;
  detail: string;
}

export interface CallDetail {
  call: CallLine;
  timeline: TimelineLine[];
  recordings: RecordingLine[];
  contacts: ContactLine[];
}

/** ``q``: part of a name, company or number. */
export interface CustomersQuery {
  q?: string;
  limit?: number;
}

export interface CustomerPage {
  customers: CustomerMatch[];
}

export interface NewCustomer {
  name: string;
  number: string;
  company?: string;
  email?: string;
  city?: string;
  language?: "en" | "zh";
  tier?: "gold" | "standard" | "vip";
  note?: string;
}

export interface CallbackList {
  callbacks: CallbackRecord[];
}

export interface FlowProblem {
  line: number;
  message: string;
  hint: string;
}

export interface FlowStep {
  id: string;
  kind: string;
  prompts: Record<string, string>;
  exits: Record<string, string>[];
}

/** A flow as the operator reads it. */
export interface FlowView {
  name: string;
  file: string;
  numbers: string[];
  languages: string[];
  start: string;
  steps: FlowStep[];
  problems: FlowProblem[];
}

export interface FlowList {
  flows: FlowView[];
}

export interface CheckLine {
  name: string;
  ok: boolean;
  detail: string;
  remedy: string;
}

export interface CheckReport {
  checks: CheckLine[];
}

export interface Health {
  switch_up: boolean;
  database_up: boolean;
  version: string;
}

/** The body of every answer that is not 2xx. */
export interface Problem {
  code: string;
  message: string;
  retryable: boolean;
}
