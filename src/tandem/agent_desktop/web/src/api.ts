// REST calls. Every failure becomes an ApiError with the server's code, so that pages can say it in the reader's words.

import type {
  CallbackList,
  CallDetail,
  CallPage,
  CheckReport,
  CustomerMatch,
  CustomerPage,
  Disposition,
  LogIn,
  Me,
  NewCustomer,
  Problem,
  TransferTargets,
  UserView,
} from "./generated/rest";

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter_s: number | null = null,
    readonly reason: string = "",
    readonly values: Record<string, string | number> = {},
    readonly texts: Record<string, string> = {},
  ) {
    super(message);
  }

  /** From the body of an answer that is not 2xx. */
  static of(status: number, body: unknown, statusText: string, retryAfter_s: number | null = null): ApiError {
    const problem = (body ?? {}) as Partial<Problem>;
    return new ApiError(status, problem.code ?? `http_${status}`, problem.message ?? statusText, retryAfter_s, problem.reason, problem.values, problem.texts);
  }
}

const TIMEOUT_MS = 10_000;
const ALIVE_TIMEOUT_MS = 5_000;
let onLoggedOut: () => void = () => undefined;

/** What to do when any request finds that the session is over. */
export function whenLoggedOut(handler: () => void): void {
  onLoggedOut = handler;
}

async function failure(response: Response): Promise<ApiError> {
  let problem: unknown = null;
  try {
    problem = await response.json();
  } catch {
    // A proxy's page or an empty body: the status says enough.
  }
  const retry = Number(response.headers.get("Retry-After"));
  return ApiError.of(response.status, problem, response.statusText, Number.isFinite(retry) && retry > 0 ? retry : null);
}

export async function request<T>(path: string, init: RequestInit = {}, timeout_ms = TIMEOUT_MS): Promise<T> {
  let response: Response;
  const deadline = AbortSignal.timeout(timeout_ms);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init, signal });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "the server cannot be reached");
  }
  if (!response.ok) {
    const error = await failure(response);
    if (error.status === 401 && path !== "/api/login") onLoggedOut();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export function send<T>(method: string, path: string, body: unknown, timeout_ms = TIMEOUT_MS): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return request<T>(path, { method, headers, body: JSON.stringify(body) }, timeout_ms);
}

export function query(values: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

export interface CallFilter {
  q?: string;
  queue?: string | undefined;
  agent?: string | undefined;
  outcome?: string | undefined;
}

export const api = {
  logIn: (body: LogIn) => send<UserView>("POST", "/api/login", body),
  /** Resolves on any answer: even an error comes from a server that is there. */
  alive: () => fetch("/api/health", { cache: "no-store", signal: AbortSignal.timeout(ALIVE_TIMEOUT_MS) }),
  logOut: () => send<void>("POST", "/api/logout", {}),
  me: (signal?: AbortSignal) => request<Me>("/api/me", signal ? { signal } : {}),
  setLanguage: (language: "zh" | "en") => send<UserView>("PUT", "/api/me/language", { language }),
  dispositions: () => request<Disposition[]>("/api/dispositions"),
  transferTargets: () => request<TransferTargets>("/api/transfer-targets"),
  calls: (filter: CallFilter, before: number | null, limit: number, signal?: AbortSignal) =>
    request<CallPage>(`/api/calls${query({ ...filter, before, limit })}`, signal ? { signal } : {}),
  call: (id: string, signal?: AbortSignal) =>
    request<CallDetail>(`/api/calls/${encodeURIComponent(id)}`, signal ? { signal } : {}),
  recordingUrl: (id: string) => `/api/recordings/${encodeURIComponent(id)}/audio`,
  customers: (q: string, signal?: AbortSignal) =>
    request<CustomerPage>(`/api/customers${query({ q })}`, signal ? { signal } : {}),
  createCustomer: (body: NewCustomer) => send<CustomerMatch>("POST", "/api/customers", body),
  callbacks: () => request<CallbackList>("/api/callbacks"),
  check: () => request<CheckReport>("/api/check"),
};
