// REST calls of the flows: versions, check, test, deployment, numbers, replay, prompts, a call with a draft.

import { ApiError, query, request, send } from "./api";
import type {
  CallMe,
  DraftCall,
  FlowCatalogue,
  FlowChecked,
  FlowDetail,
  FlowFiles,
  FlowNumbers,
  FlowTested,
  FlowVersion,
  FlowVersionText,
  GoCanary,
  GoLive,
  NewDraft,
  NewReplay,
  PromptRecording,
  PromptRecordings,
  ReplayReport,
} from "./generated/rest";

const LONG_MS = 30_000;
const REPLAY_MS = 120_000;
const part = encodeURIComponent;
const get = <T>(path: string, signal?: AbortSignal) => request<T>(path, signal ? { signal } : {}, LONG_MS);
const post = <T>(path: string, body: unknown, timeout_ms = LONG_MS) => send<T>("POST", path, body, timeout_ms);
const flow = (name: string, rest = "") => `/api/flows/${part(name)}${rest}`;

/** What a caller would hear, as a sound. */
async function speech(language: string, text: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch("/api/flows/speech", {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ language, text }),
      signal: AbortSignal.timeout(LONG_MS),
    });
  } catch {
    throw new ApiError(0, "unreachable", "the server cannot be reached");
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { code?: string; message?: string };
    throw new ApiError(response.status, problem.code ?? `http_${response.status}`, problem.message ?? response.statusText);
  }
  return response.blob();
}

export const flowsApi = {
  flows: () => get<FlowCatalogue>("/api/flows"),
  flow: (name: string) => get<FlowDetail>(flow(name)),
  version: (name: string, version: number) => get<FlowVersionText>(flow(name, `/versions/${version}`)),
  saveDraft: (name: string, body: NewDraft) => post<FlowVersion>(flow(name, "/drafts"), body),
  check: (body: FlowFiles, signal?: AbortSignal) =>
    request<FlowChecked>(
      "/api/flows/check",
      { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...(signal ? { signal } : {}) },
      LONG_MS,
    ),
  test: (body: FlowFiles) => post<FlowTested>("/api/flows/test", body),
  goLive: (name: string, body: GoLive) => post<FlowDetail>(flow(name, "/live"), body),
  goCanary: (name: string, body: GoCanary) => post<FlowDetail>(flow(name, "/canary"), body),
  endCanary: (name: string) => request<FlowDetail>(flow(name, "/canary"), { method: "DELETE" }, LONG_MS),
  rollBack: (name: string) => post<FlowDetail>(flow(name, "/rollback"), {}),
  numbers: (name: string, version: number | null, days: number, signal?: AbortSignal) =>
    get<FlowNumbers>(`${flow(name, "/numbers")}${query({ version, days })}`, signal),
  replay: (name: string, body: NewReplay) => post<ReplayReport>(flow(name, "/replay"), body, REPLAY_MS),
  callMe: (body: CallMe) => post<DraftCall>("/api/flows/call", body),
  speech,
  recordings: () => get<PromptRecordings>("/api/flows/recordings"),
  upload: (language: string, text: string, sound: Blob) =>
    request<PromptRecording>(`/api/flows/recordings${query({ language, text })}`, { method: "PUT", body: sound, headers: { "Content-Type": sound.type || "application/octet-stream" } }, LONG_MS),
  removeRecording: (language: string, text: string) => request<void>(`/api/flows/recordings${query({ language, text })}`, { method: "DELETE" }),
};
