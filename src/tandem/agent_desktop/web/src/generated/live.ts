// Shapes of the live channel. Written by `python -m tandem.agent_desktop.generate_types`; do not edit.

import type { CustomerMatch, TaskView, Window } from "./rest";

export const PROTOCOL = 2;

export interface AgentView {
  login: string;
  name: string;
  device: string;
  state: string;
  reason: string | null;
  pending: string | null;
  since: number;
  phone_ok: boolean;
  skills: Record<string, number>;
}

export interface PressedKey {
  step: string;
  digit: string;
  zh: string;
  en: string;
}

/** Who is calling and why it came here. ``customers``: ranked; empty = unknown (the page offers "create"). */
export interface PopView {
  number: string;
  number_e164: string;
  caller_name: string;
  customers: CustomerMatch[];
  looked_up: boolean;
  unknown_contacts: number;
  language: string;
  queue: string;
  queue_name: Record<string, string>;
  pressed: PressedKey[];
  waited_s: number;
  needs: string;
  why: Record<string, string>;
}

export interface RecordingView {
  id: string;
  state: string;
  detail: string;
}

/** The call is a callback: the caller kept his place, or somebody promised to call him. */
export interface CallbackView {
  attempt: number;
  attempts_allowed: number;
  number: string;
  asked_at: number;
  mode: "agent" | "customer";
  window: Window | null;
  created_by: string;
  note: string;
}

export interface NumberView {
  number: string;
  kind: string;
  local_time: string;
  refused: Record<string, string>;
  zone?: string;
}

/** The call is a campaign's: who is, will be or was dialled, and what the agent says to him. */
export interface CampaignCard {
  campaign: string;
  name: string;
  mode: string;
  lead: string;
  lead_name: string;
  number: string;
  numbers: NumberView[];
  fields: Record<string, string>;
  script: string;
  attempt: number;
  attempts_allowed: number;
  preview_until: number | null;
  dispositions: string[];
  callback_note: string;
  machine: string;
  callback_number?: string;
}

/**
 * The call at this seat. ``phase``: offered, ringing, talking, rejoining, transferring; of a campaign's call also
 * preview, dialling.
 */
export interface CallView {
  id: string;
  offer: number;
  phase: string;
  held: boolean;
  started_at: number;
  queued_at: number;
  ring_until: number | null;
  answered_at: number | null;
  rejoin_until: number | null;
  recording: RecordingView | null;
  pop: PopView;
  callback?: CallbackView | null;
  campaign?: CampaignCard | null;
  auto_answer?: boolean;
}

export interface WrapUpView {
  call: string;
  number: string;
  customer: string | null;
  customer_name: string;
  caller_name: string;
  queue: string;
  talk_s: number;
  started_at: number;
  until: number;
  overdue: boolean;
  pop: PopView;
  campaign?: CampaignCard | null;
}

export interface SeatRow {
  login: string;
  name: string;
  device: string;
  state: string;
  reason: string | null;
  since: number;
  online: boolean;
  phone_ok: boolean;
  call: string | null;
  phase: string | null;
  with_number: string;
  with_name: string;
  queue: string | null;
  skills: Record<string, number>;
  site?: string;
  tasks?: number;
  until?: number | null;
}

export interface QueueRow {
  id: string;
  name: Record<string, string>;
  waiting: number;
  longest_wait_since: number | null;
  offered: number;
  answered: number;
  abandoned: number;
  in_service_level: number;
  service_level: number | null;
  target_s: number;
  asa_s: number | null;
  ready: number;
  talking: number;
  predicted_p50_s?: number | null;
  predicted_p90_s?: number | null;
  coverage?: number | null;
  open?: boolean;
  closed_why?: Record<string, string>;
  closed_by_hand?: boolean;
  opens_at?: number | null;
  on_shift?: number;
  virtual?: number;
  kind?: string;
}

export interface WaitingRow {
  call: string;
  phase: string;
  queue: string | null;
  place: number | null;
  number: string;
  name: string;
  tier: string;
  language: string;
  since: number;
  priority: number;
  needs: string;
  agent: string | null;
  kind?: string;
  step?: number | null;
  tier_rank?: number;
  predicted_p50_s?: number | null;
  predicted_p90_s?: number | null;
  why_not?: Record<string, string>;
  site?: string;
}

/** A campaign now. Ratios 0..1, None = nothing to divide by. "Today": since midnight in the campaign's zone. */
export interface CampaignRow {
  id: string;
  name: string;
  state: string;
  mode: string;
  mode_set: string;
  agents: number;
  agents_idle: number;
  agents_talking: number;
  agents_wrapping: number;
  ringing: number;
  waiting: number;
  lines_per_agent: number | null;
  answer_rate: number | null;
  wait_s: number | null;
  connects_per_hour: number;
  dialled_today: number;
  answered_today: number;
  machines_today: number;
  talked_today: number;
  successes_today: number;
  abandoned_today: number;
  abandon_ratio_today: number | null;
  abandon_ratio_window: number | null;
  abandon_limit: number;
  budget_today: number;
  budget_window: number;
  left: number | null;
  callable_now: number | null;
  ends_at: number | null;
  cost_today: number;
  why: Record<string, string>;
  why_not: Record<string, string>;
  zone?: string;
  answers_owed?: number;
}

/** Somebody who should be called back, as far as a list of them shows him. */
export interface CallbackRow {
  id: string;
  number_e164: string;
  caller_name: string;
  queue: string | null;
  reason: string;
  created_at: number;
}

/**
 * ``seq``: where the page stands; the next numbered message carries ``seq + 1``. ``resumed``: nothing was missed
 * that does not follow now. When it is False the page forgets what it had: whole documents follow.
 */
export interface Welcome {
  type: "welcome";
  protocol: number;
  session: string;
  seq: number;
  resumed: boolean;
  now: number;
}

export interface Seat {
  type: "seat";
  seq: number;
  agent: AgentView;
  call: CallView | null;
  wrap_up: WrapUpView | null;
  tasks?: TaskView[];
}

/** ``whole``: replaces everything; else rows replace rows of the same key and ``gone_*`` are taken away. */
export interface Board {
  type: "board";
  seq: number;
  whole: boolean;
  seats: SeatRow[];
  queues: QueueRow[];
  calls: WaitingRow[];
  gone_seats: string[];
  gone_calls: string[];
}

/**
 * To pages that watch them. ``total``: all that are open; ``rows``: of the first so many that the page watches, the
 * oldest at the top. ``whole``: replaces everything; else rows replace rows of the same id or are added at the end,
 * and ``gone`` are taken away.
 */
export interface Callbacks {
  type: "callbacks";
  seq: number;
  whole: boolean;
  total: number;
  rows: CallbackRow[];
  gone: string[];
}

/** ``whole``: replaces everything; else rows replace rows of the same id and ``gone`` are taken away. */
export interface Campaigns {
  type: "campaigns";
  seq: number;
  whole: boolean;
  rows: CampaignRow[];
  gone: string[];
}

/** Health of what a page cannot see: the telephone switch and the database. */
export interface Service {
  type: "service";
  seq: number;
  switch_up: boolean;
  database_up: boolean;
}

/** As ``resources.Problem``. */
export interface ErrorView {
  code: string;
  message: string;
  retryable: boolean;
  reason?: string;
  values?: Record<string, string | number>;
  texts?: Record<string, string>;
}

/** The answer to the command with this ``id``; ``error`` is None when it was accepted. */
export interface Reply {
  type: "reply";
  id: number;
  error: ErrorView | null;
}

/** Another page of the same user took over; this one is closed next and must not reconnect by itself. */
export interface Replaced {
  type: "replaced";
  seq: number;
}

export interface Resume {
  session: string;
  seq: number;
}

/** First message of a page, within 5 s. ``view``: ``seat`` (agents) or ``board`` (supervisors, operators). */
export interface Hello {
  type: "hello";
  protocol: number;
  view: "board" | "seat";
  resume?: Resume | null;
  on_call?: boolean;
}

/**
 * The page shows how many callbacks are open, and the ``first`` of them (0: none): the answer is ``Callbacks``, and
 * again whenever that changes. A page that has not said this hears nothing of them.
 */
export interface WatchCallbacks {
  type: "watch_callbacks";
  id: number;
  first: number;
}

export interface SetReady {
  type: "set_ready";
  id: number;
}

export interface SetNotReady {
  type: "set_not_ready";
  id: number;
  reason: string;
}

/** The pop of this offer has been painted. The phone is rung only after this. */
export interface PopShown {
  type: "pop_shown";
  id: number;
  call: string;
  offer: number;
}

export interface Decline {
  type: "decline";
  id: number;
  call: string;
}

export interface HangUp {
  type: "hang_up";
  id: number;
  call: string;
}

/** Blind transfer. ``kind``: ``agent`` (``to`` = login), ``queue`` (queue id), ``number`` (as dialled). */
export interface Transfer {
  type: "transfer";
  id: number;
  call: string;
  kind: "agent" | "number" | "queue";
  to: string;
}

/** Which of several matches (or a customer just created) the caller is. */
export interface ChooseCustomer {
  type: "choose_customer";
  id: number;
  call: string;
  customer: string;
}

/** Ends the wrap-up. ``disposition`` is a leaf of the tree; ``next``: ``ready`` or ``not_ready``. */
export interface WrapUp {
  type: "wrap_up";
  id: number;
  call: string;
  disposition: string;
  notes: string;
  next?: "not_ready" | "ready";
}

/** Adds a minute to the wrap-up timer. */
export interface MoreTime {
  type: "more_time";
  id: number;
  call: string;
}

export interface CallbackDone {
  type: "callback_done";
  id: number;
  callback: string;
}

export interface TaskAccept {
  type: "task_accept";
  id: number;
  task: string;
}

/** Back into the line, to the place it had; this agent is not offered it again soon. */
export interface TaskReturn {
  type: "task_return";
  id: number;
  task: string;
  note?: string;
}

export interface TaskDone {
  type: "task_done";
  id: number;
  task: string;
  note?: string;
}

/** Dial him whom the card shows; ``number``: one of his, '' = the one that is proposed. */
export interface PreviewDial {
  type: "preview_dial";
  id: number;
  call: string;
  number?: string;
}

/** Not now: the lead goes back, and comes again later. */
export interface PreviewSkip {
  type: "preview_skip";
  id: number;
  call: string;
  note?: string;
}

/** The agent dials by hand, or clicks a number. ``campaign``: whose call it is; '' = none's. */
export interface DialNumber {
  type: "dial_number";
  id: number;
  number: string;
  campaign?: string;
}

/** "That was a machine": the call ends, the attempt counts as one on a machine, and the detector learns. */
export interface MarkMachine {
  type: "mark_machine";
  id: number;
  call: string;
}

/**
 * He does not want to be called: from the next second on. ``scope``: his number in all campaigns, in this one, or
 * the person on any number.
 */
export interface DoNotCall {
  type: "do_not_call";
  id: number;
  call: string;
  scope?: "campaign" | "global" | "person";
}

/** He is promised a campaign's call at ``at``. ``personal``: from this agent. ``number``: '' = the one dialled. */
export interface CallAgain {
  type: "call_again";
  id: number;
  call: string;
  at: number;
  personal?: boolean;
  number?: string;
  note?: string;
}

export type ServerMessage =
  | Welcome
  | Seat
  | Board
  | Callbacks
  | Campaigns
  | Service
  | Reply
  | Replaced;

export type PageCommand =
  | SetReady
  | SetNotReady
  | PopShown
  | Decline
  | HangUp
  | Transfer
  | ChooseCustomer
  | WrapUp
  | MoreTime
  | CallbackDone
  | TaskAccept
  | TaskReturn
  | TaskDone
  | PreviewDial
  | PreviewSkip
  | DialNumber
  | MarkMachine
  | DoNotCall
  | CallAgain;

export type PageMessage =
  | Hello
  | WatchCallbacks
  | SetReady
  | SetNotReady
  | PopShown
  | Decline
  | HangUp
  | Transfer
  | ChooseCustomer
  | WrapUp
  | MoreTime
  | CallbackDone
  | TaskAccept
  | TaskReturn
  | TaskDone
  | PreviewDial
  | PreviewSkip
  | DialNumber
  | MarkMachine
  | DoNotCall
  | CallAgain;
