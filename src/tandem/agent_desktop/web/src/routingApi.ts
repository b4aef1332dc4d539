// REST calls of routing: the plan, the line, reasons, tasks, studies.

import { query, request, send } from "./api";
import type {
  ApplyPlan,
  CallbackChange,
  CallWhy,
  Closures,
  ExpectedWait,
  FormEdit,
  LineEntry,
  LinePage,
  NewCallback,
  NewTask,
  NewWhatIf,
  PlanChecked,
  PlanEdited,
  PlanPreview,
  PlanVersions,
  PlanVersionText,
  RoutingPlan,
  SetClosure,
  Staffing,
  TaskList,
  TaskView,
  WhatIfDesk,
  WhatIfJob,
  WhyWaiting,
} from "./generated/rest";

/** A plan of thousands of agents takes a while to read. */
const PLAN_TIMEOUT_MS = 30_000;
const part = encodeURIComponent;
const get = <T>(path: string, signal?: AbortSignal) => request<T>(path, signal ? { signal } : {}, PLAN_TIMEOUT_MS);
const post = <T>(path: string, body: unknown) => send<T>("POST", path, body, PLAN_TIMEOUT_MS);
const remove = (path: string) => request<void>(path, { method: "DELETE" });

export const routingApi = {
  plan: () => get<RoutingPlan>("/api/routing"),
  check: (text: string) => post<PlanChecked>("/api/routing/check", { text }),
  edit: (text: string, edits: readonly FormEdit[]) => post<PlanEdited>("/api/routing/form", { text, edits }),
  preview: (text: string) => post<PlanPreview>("/api/routing/preview", { text }),
  apply: (body: ApplyPlan) => post<RoutingPlan>("/api/routing/apply", body),
  versions: () => get<PlanVersions>("/api/routing/versions"),
  version: (version: number) => get<PlanVersionText>(`/api/routing/versions/${version}`),
  /** `queue` null: all of them. */
  close: (queue: string | null, body: SetClosure) =>
    post<Closures>(queue === null ? "/api/closure" : `/api/queues/${part(queue)}/closure`, body),

  line: (queue: string | null, limit: number, signal?: AbortSignal) =>
    get<LinePage>(`/api/line${query({ queue, limit })}`, signal),
  whyWaiting: (id: string, signal?: AbortSignal) => get<WhyWaiting>(`/api/line/${part(id)}/why`, signal),
  callBack: (body: NewCallback) => post<LineEntry>("/api/line/callbacks", body),
  changeCallback: (id: string, body: CallbackChange) => send<LineEntry>("PUT", `/api/line/callbacks/${part(id)}`, body),
  cancelCallback: (id: string) => remove(`/api/line/callbacks/${part(id)}`),
  why: (call: string, signal?: AbortSignal) => get<CallWhy>(`/api/calls/${part(call)}/why`, signal),

  tasks: () => get<TaskList>("/api/tasks"),
  createTask: (body: NewTask) => post<TaskView>("/api/tasks", body),
  cancelTask: (id: string) => remove(`/api/tasks/${part(id)}`),

  whatIfDesk: () => get<WhatIfDesk>("/api/whatif"),
  startWhatIf: (body: NewWhatIf) => post<WhatIfJob>("/api/whatif", body),
  whatIf: (id: string, signal?: AbortSignal) => get<WhatIfJob>(`/api/whatif/${part(id)}`, signal),
  cancelWhatIf: (id: string) => remove(`/api/whatif/${part(id)}`),
  staffing: (queue: string, day: string) => get<Staffing>(`/api/staffing${query({ queue, day })}`),
  expectedWait: () => get<ExpectedWait>("/api/expected-wait"),
};
