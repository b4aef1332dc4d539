// Shapes of the REST interface. Written by `python -m tandem.agent_desktop.generate_types`; do not edit.

/**
 * One time that somebody was called back, or that the gate refused it. ``outcome``: ``dialling``, ``answered``,
 * ``busy``, ``no_answer``, ``failed``, ``refused``, ``abandoned``.
 */
export interface CallbackTry {
  at: number;
  outcome: string;
}

/**
 * Somebody who should be called back, and the place in line that he keeps.
 *
 * ``state``: ``open`` (waits for its time, or for a person), ``due`` (stands in the line), ``dialling``, ``talking``,
 * ``done``, ``failed``, ``cancelled``, ``expired``. What moves it: ``routing.core.acd.callback``.
 */
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
  created_by?: string;
  note?: string;
  dnis?: string;
  language?: string;
  needs?: string;
  priority?: number;
  tier?: number;
  queued_at?: number | null;
  first?: string;
  window_from?: number | null;
  window_until?: number | null;
  expires_at?: number | null;
  attempts?: number;
  next_at?: number | null;
  last_result?: string;
  attempt?: string | null;
  recording?: string | null;
  tries?: CallbackTry[];
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
  agent?: string | null;
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
  owner?: string | null;
}

/** Minutes after local midnight, half-open. */
export interface Span {
  begin: number;
  end: number;
}

/** When the campaign works, in its own time zone; ``days``: 0 = Monday. See ``model.hours.WeeklyHours``. */
export interface Hours {
  timezone?: string;
  days?: Record<string, Span[]>;
  holidays?: string;
  closed_on?: string[];
}

/** After this result of an attempt: again after ``after_s``, at most ``times`` attempts that ended like it. */
export interface Retry {
  after_s: number;
  times: number;
  other_number?: boolean;
  other_part_of_day?: boolean;
}

export interface AttemptPlan {
  retries?: Record<string, Retry>;
  most_per_number?: number;
  most_per_person?: number;
  most_per_person_a_day?: number;
  gap_s?: number;
  day_parts?: Span[];
}

/**
 * Our numbers that the callee sees. The one of his country and area first, then the one with the best answer rate;
 * one whose rate falls under ``rest_below`` of the pool's (after 50 calls) rests for ``rest_s``.
 */
export interface CallerIds {
  numbers?: string[];
  rest_below?: number;
  rest_s?: number;
  most_per_day?: number;
}

/**
 * A threshold that was changed by itself. ``cost_s``: what the errors of the detection had cost until then, in
 * seconds of an agent for each call that was listened to, and ``cost_error_s`` the standard error of that.
 */
export interface TuningStep {
  at: number;
  threshold: string;
  before: number;
  after: number;
  why: Record<string, string>;
  taken_back?: boolean;
  cost_s?: number;
  cost_error_s?: number;
}

/** Asterisk ``AMD()``; its parameters in milliseconds. */
export interface MachineDetection {
  use?: boolean;
  on_machine?: "agent" | "hang_up" | "message";
  message?: Record<string, string>;
  initial_silence_ms?: number;
  greeting_ms?: number;
  after_greeting_silence_ms?: number;
  total_ms?: number;
  words?: number;
  tune?: "by_hand" | "by_itself";
  sample_one_in?: number;
  steps?: TuningStep[];
  mistaken_share?: number;
}

/** While every given condition holds the campaign works in ``mode``; the first rule that holds counts. */
export interface ModeRule {
  mode: "agentless" | "manual" | "power" | "predictive" | "preview" | "progressive";
  agents_below?: number | null;
  answer_rate_below?: number | null;
  answer_rate_above?: number | null;
  left_below?: number | null;
}

export interface Goal {
  successes?: number | null;
}

/** No lead with ``value`` in ``field`` is dialled once so many of them were successes. */
export interface Quota {
  field: string;
  value: string;
  most: number;
}

/** The operator needs to set two things: ``abandon_limit`` and ``target_wait_s``; the rest has defaults. */
export interface Campaign {
  id: string;
  name: string;
  mode?: "agentless" | "manual" | "power" | "predictive" | "preview" | "progressive";
  queue?: string;
  flow?: string;
  rules?: string;
  countries?: string[];
  consent_needed?: boolean;
  hours?: Hours | null;
  abandon_limit?: number;
  target_wait_s?: number;
  ratio?: number;
  preview_s?: number | null;
  ring_s?: number;
  wrap_up_s?: number | null;
  caller_ids?: CallerIds;
  carrier?: string;
  cost_cap?: number | null;
  attempts?: AttemptPlan;
  machine_detection?: MachineDetection;
  order?: "fewest_attempts" | "list" | "newest" | "random";
  weight?: number;
  priority?: number;
  mode_rules?: ModeRule[];
  goal?: Goal;
  quotas?: Quota[];
  script?: string;
  dispositions?: string[];
  success?: string[];
  message?: Record<string, string>;
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

export interface CheckTexts {
  name: string;
  detail: string;
  remedy: string;
}

/** What was looked at, in English; ``texts``: the same by language. */
export interface CheckLine {
  name: string;
  ok: boolean;
  detail: string;
  remedy: string;
  texts?: Record<string, CheckTexts>;
}

export interface CheckReport {
  checks: CheckLine[];
}

export interface Health {
  switch_up: boolean;
  database_up: boolean;
  version: string;
}

/**
 * The body of every answer that is not 2xx.
 *
 * ``reason``, ``values``: which refusal of this ``code`` it is, and what it names, for programs ('' when there is only
 * one); ``message`` says the same in English. ``texts``: the part of it that is a sentence of its own, by language.
 */
export interface Problem {
  code: string;
  message: string;
  retryable: boolean;
  reason?: string;
  values?: Record<string, string | number>;
  texts?: Record<string, string>;
}

/**
 * ``line``: from 1; 0 = the whole text. ``path``: where in the form it is (``["shifts", "day", "teams", "0"]``; the
 * last of it may be what is missing); empty when that is not known. A plan with an ``error`` cannot be applied, one
 * with a ``warning`` can.
 */
export interface PlanProblem {
  line: number;
  path: string[];
  severity: "error" | "warning";
  what: Record<string, string>;
  fix: Record<string, string>;
}

/** A queue (None: all) that somebody closed by hand, until he opens it again. */
export interface ClosureView {
  queue: string | null;
  reason: string;
  text: Record<string, string>;
  by: string;
  at: number;
}

export interface PlanVersion {
  version: number;
  note: string;
  created_by: string;
  created_at: number;
  active: boolean;
}

/**
 * The plan in force. ``form``: the same document as plain JSON, in its own words (``"80% in 20 s"``) and its
 * canonical order; what equals its default is left out.
 */
export interface RoutingPlan {
  version: number;
  text: string;
  form: Record<string, unknown>;
  problems: PlanProblem[];
  note: string;
  created_by: string;
  created_at: number;
  closures: ClosureView[];
}

export interface PlanDraft {
  text: string;
}

/** ``form`` is None when the text cannot be read; what it says may still be wrong (``problems``). */
export interface PlanChecked {
  problems: PlanProblem[];
  form: Record<string, unknown> | null;
}

/**
 * Puts ``value`` where ``path`` leads in the form; None takes it away. ``["queues", "service", "target_s"]``;
 * an entry of a list by its index (``"0"``), ``"-"`` appends to it. Missing parents are made.
 */
export interface FormEdit {
  path: string[];
  value: unknown;
}

export interface FormEdits {
  text: string;
  edits: FormEdit[];
}

/** The plan with the edits, written canonically. */
export interface PlanEdited {
  text: string;
  problems: PlanProblem[];
  form: Record<string, unknown> | null;
}

/** One difference to the plan in force. ``path``: ``queues.service.target_s``. */
export interface PlanChange {
  path: string;
  kind: "added" | "changed" | "removed";
  text: Record<string, string>;
}

/** What applying would do now: ``12 waiting callers would match at once``. */
export interface PlanEffect {
  severity: "info" | "warning";
  text: Record<string, string>;
}

/** Compared to version ``base_version``, which goes back in ``ApplyPlan``. */
export interface PlanPreview {
  base_version: number;
  problems: PlanProblem[];
  changes: PlanChange[];
  more_changes: number;
  effects: PlanEffect[];
}

/** ``base_version``: the version that was edited; 409 ``plan_changed`` when another one is in force by now. */
export interface ApplyPlan {
  text: string;
  note: string;
  base_version: number;
}

/** Newest first. */
export interface PlanVersions {
  versions: PlanVersion[];
}

export interface PlanVersionText {
  version: PlanVersion;
  text: string;
}

/** ``closed`` False opens it again (what the plan's hours say then counts). */
export interface SetClosure {
  closed: boolean;
  reason?: string;
  text?: Record<string, string>;
}

export interface Closures {
  closures: ClosureView[];
}

/**
 * One time that somebody was called back. ``outcome``: ``answered``, ``busy``, ``no_answer``, ``failed``,
 * ``refused`` (the may-call gate), ``dialling``.
 */
export interface CallAttempt {
  at: number;
  outcome: string;
}

/** When somebody wants to be called back. */
export interface Window {
  start_at: number;
  end_at: number;
}

/**
 * One who waits, on the line or not.
 *
 * ``kind``: ``live``, ``virtual`` (keeps his place, is called back), ``cut_off`` (his place is kept for when he calls
 * again), ``transferred``, ``task``. ``place`` is None while he cannot be served (window not open, retry not due).
 */
export interface LineEntry {
  id: string;
  kind: string;
  place: number | null;
  state: string;
  call: string | null;
  number: string;
  name: string;
  queue: string;
  tier: string;
  tier_rank: number;
  priority: number;
  since: number;
  waited_s: number;
  predicted_p50_s: number | null;
  predicted_p90_s: number | null;
  step: number;
  step_needs: string;
  agent: string | null;
  site: string;
  mode: "" | "agent" | "customer";
  window: Window | null;
  attempts: CallAttempt[];
  attempts_allowed: number;
  next_attempt_at: number | null;
  created_by: string;
  note?: string;
}

export interface LineQuery {
  queue?: string | null;
  limit?: number;
}

/** In the order in which they are served; those without a place last. */
export interface LinePage {
  now: number;
  entries: LineEntry[];
  total: number;
}

/** ``window`` None: as soon as it is his turn. */
export interface NewCallback {
  number: string;
  queue: string;
  mode?: "agent" | "customer";
  window?: Window | null;
  name?: string;
  call?: string | null;
  note?: string;
}

/** Replaces all four. */
export interface CallbackChange {
  number: string;
  mode: "agent" | "customer";
  window: Window | null;
  note?: string;
}

/** An agent who could have had it, and the one reason why he did not. */
export interface CandidateLine {
  agent: string;
  name: string;
  idle_s: number;
  cost_s: number;
  reason: string;
  text: Record<string, string>;
}

/** Somebody who stood before and whom this agent could have served, and the rule that let this one pass. */
export interface OvertakenLine {
  id: string;
  queue: string;
  waited_s: number;
  rule: string;
  text: Record<string, string>;
}

export interface DecisionLine {
  at: number;
  agent: string;
  agent_name: string;
  queue: string;
  rule: string;
  text: Record<string, string>;
  step: number;
  step_needs: string;
  place: number;
  waited_s: number;
  idle_s: number;
  cost_s: number;
  eligible: number;
  waiting: number;
  predicted_p50_s: number | null;
  predicted_p90_s: number | null;
  candidates: CandidateLine[];
  overtaken: OvertakenLine[];
  skipped: number[];
}

/** The one change that would answer it now. ``kind``: ``agent_ready``, ``lower_need``, ``next_step``, ``none``. */
export interface ChangeLine {
  kind: string;
  text: Record<string, string>;
  agent: string | null;
  agent_name: string;
  need: string;
  in_s: number;
}

/** Why nobody yet, at this moment. */
export interface WhyWaiting {
  id: string;
  queue: string;
  place: number;
  waited_s: number;
  step: number;
  step_needs: string;
  next_step_in_s: number | null;
  logged_on: number;
  free: number;
  ahead: number;
  skipped: number[];
  predicted_p50_s: number | null;
  predicted_p90_s: number | null;
  text: Record<string, string>;
  change: ChangeLine;
}

/** ``decisions``: oldest first. ``waiting``: None when the call waits for nobody. */
export interface CallWhy {
  call: string;
  decisions: DecisionLine[];
  waiting: WhyWaiting | null;
}

/** Work that is not a call. ``state``: ``waiting``, ``offered``, ``in_hand``, ``done``, ``cancelled``. */
export interface TaskView {
  id: string;
  queue: string;
  queue_name: Record<string, string>;
  title: string;
  text: string;
  customer: string | null;
  customer_name: string;
  number: string;
  priority: number;
  state: string;
  agent: string | null;
  created_by: string;
  created_at: number;
  offered_until: number | null;
  accepted_at: number | null;
  done_at: number | null;
  note: string;
  why: Record<string, string>;
}

export interface TasksQuery {
  queue?: string | null;
  state?: "cancelled" | "done" | "in_hand" | "offered" | "waiting" | null;
  limit?: number;
}

export interface TaskList {
  tasks: TaskView[];
}

export interface NewTask {
  queue: string;
  title: string;
  text?: string;
  customer?: string | null;
  number?: string;
  priority?: number;
}

/** A day that the journal holds and that can be run again. */
export interface StoredDay {
  day: string;
  calls: number;
  agents: number;
  complete: boolean;
}

export interface ChangeExample {
  title: Record<string, string>;
  change: string;
}

/** ``runs``: how often the day is simulated, each time with other patience and handling times. */
export interface NewWhatIf {
  day: string;
  change: string;
  runs?: number;
}

/**
 * ``difference`` = after - before, with its 95 % confidence interval ``low``..``high``.
 *
 * ``name``: ``service_level``, ``service_level:QUEUE``, ``asa_s``, ``abandoned_share``, ``occupancy``, ...
 */
export interface Measure {
  name: string;
  unit: "count" | "seconds" | "share";
  better: "higher" | "lower" | "neither";
  title: Record<string, string>;
  before: number;
  after: number;
  difference: number;
  low: number;
  high: number;
}

/** Means over the runs. None where nothing was offered or nobody was on shift. */
export interface HalfHour {
  minute: number;
  offered: number;
  service_level_before: number | null;
  service_level_after: number | null;
  waiting_before: number;
  waiting_after: number;
  occupancy_before: number | null;
  occupancy_after: number | null;
}

export interface WhatIfResult {
  measures: Measure[];
  half_hours: HalfHour[];
  actual: Measure[];
  notes: Record<string, string>[];
}

/** ``state``: ``queued``, ``running``, ``done``, ``failed``, ``cancelled``. */
export interface WhatIfJob {
  id: string;
  day: string;
  change: string;
  state: string;
  runs: number;
  runs_done: number;
  started_at: number;
  remaining_s: number | null;
  by: string;
  problem: Record<string, string>;
  result: WhatIfResult | null;
}

/** ``days``: newest first. ``jobs``: newest first, without their results. */
export interface WhatIfDesk {
  days: StoredDay[];
  examples: ChangeExample[];
  jobs: WhatIfJob[];
}

export interface StaffingQuery {
  queue: string;
  day: string;
}

/** ``low``..``high``: 80 % band of the forecast. */
export interface StaffingHalfHour {
  minute: number;
  forecast: number;
  low: number;
  high: number;
  actual: number | null;
  erlang_a: number;
  erlang_c: number;
  service_level: number | null;
  on_shift: number | null;
}

export interface Staffing {
  queue: string;
  day: string;
  target_s: number;
  target_share: number;
  handle_s: number;
  patience_s: number | null;
  history_days: number;
  half_hours: StaffingHalfHour[];
  notes: Record<string, string>[];
}

/** How good the predictions were. ``coverage``: share of waits that ended within P10..P90, which should be 0.8. */
export interface WaitAccuracy {
  queue: string | null;
  count: number;
  coverage: number | null;
  bias_s: number | null;
  error_s: number | null;
}

export interface ExpectedWait {
  since: number;
  queues: WaitAccuracy[];
}

/** A bundle. ``tests``: the test files beside it (``main.test.yaml``). */
export interface FlowFiles {
  main: string;
  files: Record<string, string>;
  tests?: Record<string, string>;
}

/** A version that some calls get: all that dial one of ``numbers``, and ``share`` (0..1) of the others. */
export interface FlowCanary {
  version: number;
  share: number;
  numbers: string[];
}

/**
 * A line of the list of flows. ``problems``: errors of the newest version.
 *
 * ``containment``: share (0..1) of the calls of the last 7 days that the flow served to their end; None: no calls.
 */
export interface FlowSummary {
  name: string;
  numbers: string[];
  live_version: number | null;
  canary: FlowCanary | null;
  newest_version: number;
  versions: number;
  languages: string[];
  problems: number;
  calls: number;
  containment: number | null;
  changed_at: number;
  changed_by: string;
}

export interface FlowCatalogue {
  flows: FlowSummary[];
}

/**
 * ``problems``: errors; a version with one cannot go live. ``base``: the version that was edited, 0 if none.
 *
 * ``tested``: None: it has no tests, or they were not run yet.
 */
export interface FlowVersion {
  version: number;
  base: number;
  note: string;
  by: string;
  at: number;
  state: "canary" | "draft" | "live" | "retired";
  edition: string;
  problems: number;
  tested: boolean | null;
}

/**
 * What calls get from ``at`` on, until the next one. ``what``: ``imported``, ``live``, ``canary``,
 * ``canary_ended``, ``rollback``.
 */
export interface FlowDeployment {
  number: number;
  live: number;
  canary: FlowCanary | null;
  by: string;
  at: number;
  what: string;
}

/**
 * ``versions`` and ``history`` newest first. ``deployment`` None: nothing of this flow was ever live.
 *
 * ``rollback_to``: the version that one step back leads to (the live one, when that only ends a canary); None: there
 * is no way back.
 */
export interface FlowDetail {
  name: string;
  numbers: string[];
  versions: FlowVersion[];
  deployment: FlowDeployment | null;
  history: FlowDeployment[];
  rollback_to: number | null;
}

export interface FlowVersionText {
  version: FlowVersion;
  main: string;
  files: Record<string, string>;
  tests: Record<string, string>;
}

/** Saved as a new version even when it has problems. ``base_version``: what was edited; 0: a new flow. */
export interface NewDraft {
  base_version: number;
  main: string;
  files: Record<string, string>;
  tests?: Record<string, string>;
  note?: string;
}

/** ``force``: although tests fail (never although there are errors). */
export interface GoLive {
  version: number;
  force?: boolean;
}

/** ``numbers``: of the flow's own, to get this version always. ``share`` of the calls to its other numbers. */
export interface GoCanary {
  version: number;
  share?: number;
  numbers?: string[];
  force?: boolean;
}

/**
 * ``line``: from 1; 0 = the whole file. ``step``: the flat name, '' when it is none's. With an ``error`` a version
 * cannot go live.
 */
export interface BundleProblem {
  file: string;
  line: number;
  step: string;
  severity: "error" | "warning";
  code: string;
  what: Record<string, string>;
  fix: Record<string, string>;
}

/** ``to``: a step, or '' where the flow is over. */
export interface GraphExit {
  name: string;
  to: string;
}

/**
 * A step of the flat graph. ``said``: what the caller hears there first, by language.
 *
 * ``mode``: ``ivr``, ``waiting`` (in a branch for those who stand in line), ``after`` (after the talk).
 */
export interface GraphStep {
  name: string;
  kind: string;
  file: string;
  line: number;
  exits: GraphExit[];
  said: Record<string, string>;
  mode: "after" | "ivr" | "waiting";
}

export interface FlowGraph {
  name: string;
  languages: string[];
  start: string;
  on_error: string;
  steps: GraphStep[];
}

/** ``graph`` is None when there are errors. */
export interface FlowChecked {
  problems: BundleProblem[];
  graph: FlowGraph | null;
}

/**
 * One test as it went. ``failures``: what was expected and what came, by language. ``path``: steps in order.
 *
 * ``heard``: what the virtual caller heard, in order.
 */
export interface CaseRun {
  file: string;
  name: string;
  ok: boolean;
  failures: Record<string, string>[];
  heard: string[];
  path: string[];
}

export interface EdgeCount {
  step: string;
  exit: string;
  to: string;
  count: number;
}

/** How often the tests came by each step and took each exit (0: never). Ratios are 0..1. */
export interface Coverage {
  nodes: Record<string, number>;
  edges: EdgeCount[];
  node_ratio: number;
  edge_ratio: number;
}

/** ``problems``: of the flow and of the test files; with an error nothing ran and ``coverage`` is None. */
export interface FlowTested {
  problems: BundleProblem[];
  cases: CaseRun[];
  coverage: Coverage | null;
}

/** ``version`` None: all that had calls. */
export interface NumbersQuery {
  version?: number | null;
  days?: number;
}

/** Visits of a step. ``abandoned``: callers who hung up there. ``mean_s``: how long they were there. */
export interface NodeNumbers {
  step: string;
  entered: number;
  exits: Record<string, number>;
  abandoned: number;
  mean_s: number;
  no_input: number;
  no_match: number;
}

/**
 * Where callers went: ``served`` (the flow said good-bye), ``message`` (left one), ``callback`` (was promised one),
 * ``transferred``, ``queue`` (``queue`` says which), ``hung_up`` (in the middle of the flow), ``error`` (the queue
 * ``on_error``). Only ``served`` is contained: everybody else still wants, or got, a person.
 */
export interface FlowEnd {
  reason: "callback" | "error" | "hung_up" | "message" | "queue" | "served" | "transferred";
  queue: string;
  calls: number;
  contained: boolean;
}

/** A share (0..1) with its 95 % confidence interval. */
export interface Ratio {
  value: number;
  low: number;
  high: number;
}

/** ``ends``: the most frequent first; they add up to ``calls``. ``ratio`` None: no calls. */
export interface Containment {
  calls: number;
  contained: number;
  ends: FlowEnd[];
  ratio: Ratio | null;
}

/**
 * A ribbon of the Sankey picture: ``calls`` went from ``source`` to ``target`` at their step number ``depth``
 * (from 0). ``target``: a step, or ``end:REASON`` / ``end:queue:NAME``; ``other`` sums what is too rare to draw.
 */
export interface JourneyLink {
  depth: number;
  source: string;
  target: string;
  calls: number;
}

export interface FlowNumbers {
  name: string;
  version: number | null;
  since: number;
  until: number;
  nodes: NodeNumbers[];
  containment: Containment;
  journeys: JourneyLink[];
}

/** Recorded journeys of the last ``days`` against a saved ``version``, or against a draft (``bundle``). */
export interface NewReplay {
  version?: number | null;
  bundle?: FlowFiles | null;
  days?: number;
}

/**
 * So many callers ended ``before`` there, and would end ``after`` there (``served``, ``queue:cards``,
 * ``undetermined``, ...).
 */
export interface ReplayMove {
  before: string;
  after: string;
  calls: number;
}

/** Where it cannot be said how callers would go on: at a step that they never met, or whose answer does not fit. */
export interface ReplayStop {
  step: string;
  why: Record<string, string>;
  calls: number;
}

/** One call that would go otherwise. ``stopped_at``: '' when it came to an end. Paths are steps in order. */
export interface ReplayCall {
  call: string;
  at: number;
  before: string;
  after: string;
  stopped_at: string;
  path_before: string[];
  path_after: string[];
}

/** ``after - before`` of the calls that came to an end in both (paired), with its 95 % confidence interval. */
export interface Difference {
  value: number;
  low: number;
  high: number;
}

/**
 * ``same`` + ``moved`` + ``undetermined`` = ``calls``. ``before``/``after``/``difference``: containment among the
 * calls that came to an end in both; None when there are none. ``dead_ends``: steps after which a caller would have
 * been sent to ``on_error``, with how many.
 */
export interface ReplayReport {
  name: string;
  version: number | null;
  since: number;
  until: number;
  calls: number;
  left_out: number;
  same: number;
  moved: number;
  undetermined: number;
  moves: ReplayMove[];
  stops: ReplayStop[];
  dead_ends: Record<string, number>;
  examples: ReplayCall[];
  before: Ratio | null;
  after: Ratio | null;
  difference: Difference | null;
}

/** Rings the browser phone of who asks; at the answer the draft begins. Nothing of it is counted. */
export interface CallMe {
  main: string;
  files: Record<string, string>;
}

export interface DraftCall {
  call: string;
}

/** What a caller would hear for this text: the uploaded recording if there is one, else the synthetic voice. */
export interface SpeechAsked {
  language: string;
  text: string;
}

export interface PromptQuery {
  language: string;
  text: string;
}

/**
 * A recording that callers hear for this text. ``gain_db``: how much louder it was made. ``warnings``: what was
 * found wrong with it, but not so wrong that it is refused.
 */
export interface PromptRecording {
  language: string;
  text: string;
  seconds: number;
  gain_db: number;
  warnings: Record<string, string>[];
  by: string;
  at: number;
}

export interface PromptRecordings {
  recordings: PromptRecording[];
}

/** ``field``: of the document (``attempts.retries.busy.after_s``). With an ``error`` it cannot be started. */
export interface CampaignProblem {
  field: string;
  severity: "error" | "warning";
  what: Record<string, string>;
  fix: Record<string, string>;
}

/** One of all campaigns; what moves comes in the ``Campaigns`` messages of the live channel. */
export interface CampaignSummary {
  id: string;
  rev: number;
  name: string;
  state: string;
  mode: string;
  queue: string;
  rules: string;
  priority: number;
  weight: number;
  changed_by: string;
  changed_at: number;
  why: string;
}

export interface CampaignList {
  campaigns: CampaignSummary[];
}

/** A campaign as it is set. ``document`` has all its fields, those that have their defaults as well. */
export interface CampaignView {
  id: string;
  rev: number;
  state: string;
  document: Campaign;
  changed_by: string;
  changed_at: number;
  why: string;
  problems: CampaignProblem[];
  zone: string;
  warning?: Record<string, string>;
}

/** To be checked, or to be created: then its ``id`` may be '' (the server makes one). */
export interface CampaignDraft {
  document: Campaign;
}

/** ``rev``: that was edited; 409 ``campaign_changed`` when there is a newer one. */
export interface ChangeCampaign {
  rev: number;
  document: Campaign;
}

export interface CampaignChecked {
  problems: CampaignProblem[];
}

/** The copy is a draft without lists. */
export interface CopyCampaign {
  name: string;
}

/** ``draining``: no new call; stopped when the last one is over. */
export interface SetCampaignState {
  state: "draining" | "paused" | "running" | "stopped";
}

export interface SetCampaignMode {
  mode: "agentless" | "manual" | "power" | "predictive" | "preview" | "progressive";
}

export interface CampaignChoice {
  id: string;
  name: Record<string, string>;
}

/** What the fields of a document may name. */
export interface CampaignChoices {
  queues: CampaignChoice[];
  flows: CampaignChoice[];
  carriers: CampaignChoice[];
  rules: CampaignChoice[];
  countries: string[];
  dispositions: CampaignChoice[];
  defaults: Campaign;
}

/**
 * Where rules stand. ``citation``: as it is called there; ``title``: what that is; ``text``: what it says, in our
 * words. ``force``: ``law``, ``regulator``, ``code``, or ``ours`` (a cautious default where nothing is written).
 */
export interface RuleSource {
  citation: string;
  title: Record<string, string>;
  text: Record<string, string>;
  force: string;
}

/** Rules by law. ``window_days``: that the abandon limit is counted over. None = the law says nothing. */
export interface JurisdictionView {
  id: string;
  version: string;
  name: Record<string, string>;
  abandon_limit: number;
  window_days: number;
  answer_within_s: number;
  ring_least_s: number;
  hours: Record<string, string>[];
  quiet: Record<string, string>[];
  consent_needed: boolean;
  holidays: string;
  per_day: number | null;
  per_week: number | null;
  abandoned_rest_s: number;
  formula: string;
  sources: RuleSource[];
}

export interface Jurisdictions {
  jurisdictions: JurisdictionView[];
}

/** Whether a number may be dialled now. ``again_at``: when it may be asked again; None = not by itself. */
export interface GateVerdict {
  allowed: boolean;
  rule: string;
  text: Record<string, string>;
  evidence: Record<string, unknown>;
  again_at: number | null;
  zone: string;
}

/** So many of those who were left are not dialled now for this reason. ``left``: who remains after it. */
export interface WaterfallStep {
  rule: string;
  count: number;
  left: number;
  until: number | null;
  text: Record<string, string>;
}

/** From all leads down to those who may be dialled now. ``at``: when it was counted. */
export interface Waterfall {
  campaign: string;
  at: number;
  total: number;
  steps: WaterfallStep[];
  callable_now: number;
  restricted: number;
  again_at: number | null;
}

/** ``reason``: a rule of the waterfall (``yes`` = callable now); ``q``: number, name or field. */
export interface LeadsQuery {
  reason?: string | null;
  q?: string;
  cursor?: string;
  limit?: number;
}

export interface LeadLine {
  id: string;
  campaign: string;
  list_id: string;
  name: string;
  numbers: string[];
  state: string;
  attempts: number;
  last_at: number | null;
  last_result: string;
  next_at: number;
  callback_at: number | null;
  callback_agent: string | null;
  verdict: GateVerdict;
}

/** ``next``: cursor of the page that follows; '' = there is none. */
export interface LeadPage {
  leads: LeadLine[];
  next: string;
}

export interface LeadNumberLine {
  number: string;
  kind: string;
  zone: string;
  country: string;
  local_time: string;
  attempts: number;
  last_at: number | null;
  last_result: string;
  bad: boolean;
  verdict: GateVerdict;
}

/** One time that he was dialled. ``pacing``: why it was launched; ``gate``: what allowed it. */
export interface AttemptLine {
  id: string;
  number_of: number;
  number: string;
  caller_id: string;
  carrier: string;
  mode: string;
  reserved: boolean;
  at: number;
  ringing_at: number | null;
  answered_at: number | null;
  connected_at: number | null;
  ended_at: number | null;
  result: string | null;
  machine: string;
  machine_why: string;
  machine_s: number | null;
  agent: string | null;
  message_at: number | null;
  cause: string | null;
  disposition: string | null;
  cost: number;
  pacing: Record<string, string>;
  gate: GateVerdict | null;
}

export interface LeadDetail {
  lead: LeadLine;
  person: string;
  language: string;
  zone: string;
  fields: Record<string, string>;
  consent: boolean | null;
  do_not_call: string;
  callback_note: string;
  why: Record<string, string>;
  numbers: LeadNumberLine[];
  attempts: AttemptLine[];
}

/** He is promised a call at ``at``. ``agent``: who does it himself; None = the team. */
export interface LeadCallback {
  at: number;
  agent?: string | null;
  note?: string;
}

export interface DayQuery {
  day?: string | null;
}

/** Five minutes from ``at``: counts in them, agents and lines per agent as means (None = not known). */
export interface DayPoint {
  at: number;
  dialled: number;
  answered: number;
  abandoned: number;
  machines: number;
  talked: number;
  agents_idle: number | null;
  agents_talking: number | null;
  agents_wrapping: number | null;
  lines_per_agent: number | null;
  answer_rate: number | null;
}

/**
 * One of our numbers, as it is now. ``answer_rate``: of its calls lately, by whomever or whatever; None = too few
 * yet. ``rests_until``: until then the others are shown, as at the beginning of the rest ``rested_rate`` of its calls
 * were answered and ``others_rate`` of theirs; all None = it does not rest.
 */
export interface CallerIdLine {
  number: string;
  calls_today: number;
  answer_rate: number | null;
  rests_until: number | null;
  rested_rate: number | null;
  others_rate: number | null;
}

/**
 * A carrier, as it is now, with the calls of all campaigns. ``rate_share``: of its calls a second that congestion
 * has left, above 0 to 1. ``rests_until`` None: it does not rest.
 */
export interface CarrierLine {
  name: string;
  used: boolean;
  in_use: number;
  lines: number;
  rate_share: number;
  rests_until: number | null;
}

/**
 * ``caller_ids``, ``carriers``: at this moment; None on any day but today, and for a draft. No ``caller_ids``: the
 * carrier shows its own number.
 */
export interface DaySeries {
  campaign: string;
  day: string;
  zone: string;
  step_s: number;
  points: DayPoint[];
  caller_ids: CallerIdLine[] | null;
  carriers: CarrierLine[] | null;
}

/** The next step for the machine detection. ``change``: a field of it; '' = none, and ``text`` says why. */
export interface DetectionAdvice {
  text: Record<string, string>;
  change: "" | "after_greeting_silence_ms" | "greeting_ms" | "initial_silence_ms" | "total_ms" | "words";
  before: number;
  after: number;
  effect: Record<string, string>;
  more_mistaken: boolean;
}

/**
 * What the machine detection did since ``since``, and what its errors cost. ``human``, ``unsure``, ``machines``:
 * its verdicts on the calls that are over.
 */
export interface DetectionReport {
  campaign: string;
  since: number;
  human: number;
  unsure: number;
  machines: number;
  connected: number;
  missed: number;
  missed_agent_s: number;
  put_through: number;
  unmarked: number;
  mistaken_share: number;
  verdict_p50_s: number | null;
  verdict_p90_s: number | null;
  silence_s: number;
  advice: DetectionAdvice;
  mistaken_low: number;
  mistaken_high: number;
  cost_s: number;
  cost_error_s: number;
}

export interface DecisionsQuery {
  before?: number | null;
  limit?: number;
}

export interface PacingDecision {
  number: number;
  at: number;
  launched: number;
  why: Record<string, string>;
  evidence: Record<string, unknown>;
}

/** Newest first. ``before``: for the page that follows; None = there is none. */
export interface PacingDecisions {
  decisions: PacingDecision[];
  before: number | null;
}

/** How it goes on as things are. None = not known yet. */
export interface CampaignForecast {
  at: number;
  left: number;
  attempts: number;
  attempts_per_hour: number | null;
  agent_hours: number | null;
  reach_ratio: number | null;
  ends_at: number | null;
  text: Record<string, string>;
}

/** ``agents``: so many more (or fewer) than work for it now. */
export interface AgentsWhatIf {
  agents: number;
}

export interface PacingFigures {
  agents: number;
  talk_ratio: number;
  wait_s: number | null;
  connects_per_hour: number;
  lines_per_agent: number | null;
  abandon_ratio: number | null;
  ends_at: number | null;
}

/**
 * Simulated with what the campaign has learned, as means over ``runs`` pairs of runs with the same luck for both.
 * ``hours``: of work, of all runs together. ``more_per_hour``: talks; with 95 % certainty it is within ``margin`` of
 * that (of the simulation's chance, not of what it assumes); None = one run does not say.
 */
export interface AgentsWhatIfAnswer {
  now: PacingFigures;
  then: PacingFigures;
  hours: number;
  runs: number;
  more_per_hour: number;
  margin: number | null;
  text: Record<string, string>;
}

/** Leads that are over with these results are dialled again. ``try_only``: only say what it would bring. */
export interface Recycle {
  results: ("abandoned" | "busy" | "failed" | "hung_up" | "machine" | "message_left" | "no_answer" | "rejected")[];
  try_only?: boolean;
}

export interface Recycled {
  leads: number;
  agent_hours: number | null;
  reach_ratio: number | null;
  text: Record<string, string>;
  done: boolean;
}

export interface SheetQuery {
  day?: string | null;
  format?: "csv" | "html" | "json";
  language?: "en" | "zh";
}

/** One way to count abandoned calls. ``window``: over the days of the law's window, this one included. */
export interface SheetFormula {
  id: string;
  name: Record<string, string>;
  abandoned: number;
  counted: number;
  ratio: number | null;
  window_days: number;
  window_ratio: number | null;
  limit: number;
  kept: boolean;
  legal: boolean;
}

/**
 * Persons among those who were taken for machines and hung up on: the share in Ofcom's formula. ``source``:
 * ``measured`` (agents heard ``heard`` of the machines, ``persons`` were persons; the share lies in ``low``..``high``
 * with 95 %), ``entered`` (in the campaign's form), ``none`` (not known, or not listened for: counted as 0).
 */
export interface SheetMistaken {
  source: "entered" | "measured" | "none";
  share: number;
  low: number;
  high: number;
  heard: number;
  persons: number;
}

/**
 * One day of one campaign. ``hash``: SHA-256 over the sheet and the hash before; ``provisional``: the day is not
 * over, it is in no chain yet (``hash`` is '').
 */
export interface ComplianceSheet {
  campaign: string;
  name: string;
  day: string;
  zone: string;
  rules: string;
  rules_version: string;
  provisional: boolean;
  counts: Record<string, number>;
  formulas: SheetFormula[];
  mistaken: SheetMistaken | null;
  made_at: number;
  before: string;
  hash: string;
}

/** ``answered``, ``abandoned``: None when the sheet is not what was hashed any more. */
export interface SheetLine {
  day: string;
  hash: string;
  answered: number | null;
  abandoned: number | null;
  ratio: number | null;
}

/**
 * Newest first. ``chain_holds``: every hash follows from its sheet and the one before. Else ``broken_day`` is that
 * of the first sheet at which it does not, and ``broken_why``: ``changed`` (it is not what was hashed), ``unreadable``
 * (it is no sheet), ``missing`` (one before it is gone), ``previous`` (it does not follow the one before).
 */
export interface SheetList {
  sheets: SheetLine[];
  chain_holds: boolean;
  broken_day: string | null;
  broken_why: "changed" | "cut" | "missing" | "previous" | "unreadable" | null;
}

export interface UploadQuery {
  name: string;
  forbidden?: boolean;
}

/** ``use``: what it seems to be (see ``NewList.columns``); '' = not taken over. */
export interface UploadColumn {
  header: string;
  use: string;
  samples: string[];
}

/** What is in a file that was sent. ``rows``: about so many; None = not known before it is read. */
export interface Inspected {
  upload: string;
  name: string;
  encoding: string;
  separator: string;
  columns: UploadColumn[];
  rows: number | null;
  sample: string[][];
  problems: Record<string, string>[];
}

/**
 * ``columns``: what each column is, in their order: ``number``, ``number.mobile``, ``number.home``,
 * ``number.work``, ``name``, ``person``, ``language``, ``zone``, ``country``, ``region``, ``postcode``, ``priority``,
 * ``consent``, ``segment``, ``field.<name>``, or '' (not taken over). ``country``: of numbers without a country code.
 */
export interface NewList {
  upload: string;
  campaign: string;
  name: string;
  columns: string[];
  country?: string;
  header?: boolean;
  segment?: string;
}

/**
 * ``state``: ``waiting``, ``running``, ``done``, ``failed`` (nothing of it is there; ``problem`` says why).
 * ``rows`` None: not known yet.
 */
export interface ImportJob {
  id: string;
  list_id: string;
  campaign: string;
  name: string;
  state: string;
  rows_done: number;
  rows: number | null;
  accepted: number;
  bad: number;
  duplicates: number;
  do_not_call: number;
  problem: Record<string, string>;
}

export interface ListsQuery {
  campaign?: string | null;
}

/** A list that was imported. ``left``: leads that are not over. */
export interface LeadListView {
  id: string;
  campaign: string;
  name: string;
  file: string;
  state: string;
  imported_by: string;
  imported_at: number;
  rows: number;
  accepted: number;
  bad: number;
  duplicates: number;
  do_not_call: number;
  left: number | null;
}

/**
 * ``cut_off``: imports that the end of the server interrupted, of which there is something to say; with campaign ''
 * when nobody can tell whose it was.
 */
export interface LeadLists {
  lists: LeadListView[];
  cut_off: ImportJob[];
}

export interface ForbiddenQuery {
  q?: string;
  scope?: "campaign" | "global" | "person" | null;
  campaign?: string | null;
  cursor?: string;
  limit?: number;
}

/** ``until``: None = for ever. ``lifted``: it does not count any more. */
export interface ForbiddenLine {
  id: string;
  scope: string;
  number: string;
  person: string;
  campaign: string | null;
  at: number;
  by: string;
  source: string;
  until: number | null;
  lifted: boolean;
}

export interface ForbiddenPage {
  entries: ForbiddenLine[];
  next: string;
}

/** Counts from the next moment on. ``person`` for the scope of that name, else ``number``. */
export interface Forbid {
  scope?: "campaign" | "global" | "person";
  number?: string;
  person?: string;
  campaign?: string | null;
  until?: number | null;
}

export interface ForbidMany {
  numbers: string[];
  campaign?: string | null;
  country?: string;
  until?: number | null;
}

/** A list that was sent (with ``forbidden``). ``columns``: what each is: ``number``, ``person``, ``until`` or ''. */
export interface ForbidList {
  upload: string;
  columns: string[];
  campaign?: string | null;
  country?: string;
  header?: boolean;
}

export interface ForbiddenMany {
  entered: number;
  bad: string[];
  bad_count: number;
}

export interface LiftQuery {
  reason: string;
}

/** ``agent``: who shall talk; None = who asks. ``campaign``: whose call it is; '' = none's. */
export interface Dial {
  number: string;
  agent?: string | null;
  campaign?: string;
  check?: boolean;
}

/** Where who asks may dial by hand: campaigns that run. */
export interface DialChoices {
  campaigns: CampaignChoice[];
}

/** ``call`` None: the gate said no, or was only asked; nothing was dialled. */
export interface Dialled {
  call: string | null;
  number: string;
  verdict: GateVerdict;
}

/**
 * ``id``: the lead's. ``number``: that will be dialled; ``zone``: the time zones that he can be in (``A|B``), ''
 * unknown. ``agent`` None: the team. ``in_hand``: its time has come. ``may_change``: by who asks; not while it is
 * dialled.
 */
export interface PromisedCall {
  id: string;
  campaign: string;
  campaign_name: string;
  name: string;
  number: string;
  zone: string;
  at: number;
  agent: string | null;
  note: string;
  in_hand: boolean;
  may_change: boolean;
}

/** The soonest first, of the next 14 days and those that are overdue. ``more``: there are more than these. */
export interface Promises {
  promises: PromisedCall[];
  more: boolean;
}

/**
 * ``note``, ``agent`` None: as they are. ``agent``: who is to call, '' the team; an agent can keep it or give it to
 * the team.
 */
export interface MovePromise {
  at: number;
  note?: string | null;
  agent?: string | null;
}

/** Which answers, ``since <= at < until`` (None: the last 30 days, now). ``zone``: in which days begin (IANA). */
export interface SurveyQuery {
  since?: number | null;
  until?: number | null;
  by?: "agent" | "day" | "question" | "queue";
  question?: string | null;
  queue?: string | null;
  agent?: string | null;
  zone?: string;
  format?: "csv" | "json";
}

/**
 * One question, of all or of one queue, agent or day (``name``; '' = nobody's).
 *
 * ``asked``: how often it came to its end; ``answered``: of these, with a key that is an answer. ``mean``: of the
 * answers, None without any; of ``yes_no`` the share of yes. ``counts``: how often each answer was given, by its
 * number.
 */
export interface SurveyLine {
  question: string;
  scale: string;
  name: string;
  asked: number;
  answered: number;
  mean: number | null;
  counts: Record<string, number>;
}

/** ``more``: there are more lines than are given. */
export interface SurveyFigures {
  since: number;
  until: number;
  by: "agent" | "day" | "question" | "queue";
  zone: string;
  lines: SurveyLine[];
  more: boolean;
}
