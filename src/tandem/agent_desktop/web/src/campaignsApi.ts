// REST calls of campaigns: documents, leads and reasons, lists, who is not called, sheets, dialling by hand.

import { ApiError, query, request, send } from "./api";
import type {
  AgentsWhatIfAnswer,
  Campaign,
  CampaignChecked,
  CampaignChoices,
  CampaignForecast,
  CampaignList,
  CampaignView,
  DaySeries,
  DetectionReport,
  Dial,
  DialChoices,
  Dialled,
  Forbid,
  ForbiddenLine,
  ForbiddenMany,
  ForbiddenPage,
  ForbidList,
  ForbidMany,
  ImportJob,
  Inspected,
  Jurisdictions,
  LeadCallback,
  LeadDetail,
  LeadLists,
  LeadPage,
  MovePromise,
  NewList,
  PacingDecisions,
  Promises,
  Recycle,
  Recycled,
  SetCampaignMode,
  SetCampaignState,
  SheetList,
  ComplianceSheet,
  Waterfall,
} from "./generated/rest";

/** Counting a million leads, simulating a shift. */
const LONG_MS = 60_000;
const part = encodeURIComponent;
const campaign = (id: string) => `/api/campaigns/${part(id)}`;
const get = <T>(path: string, signal?: AbortSignal) => request<T>(path, signal ? { signal } : {}, LONG_MS);
const post = <T>(path: string, body: unknown) => send<T>("POST", path, body, LONG_MS);
const remove = (path: string) => request<void>(path, { method: "DELETE" }, LONG_MS);

export interface LeadFilter {
  reason?: string | null;
  q?: string;
  cursor?: string;
  limit?: number;
}

export interface ForbiddenFilter {
  q?: string;
  scope?: string | null;
  campaign?: string | null;
  cursor?: string;
}

export const campaignsApi = {
  all: () => get<CampaignList>("/api/campaigns"),
  choices: () => get<CampaignChoices>("/api/campaigns/choices"),
  one: (id: string) => get<CampaignView>(campaign(id)),
  check: (document: Campaign) => post<CampaignChecked>("/api/campaigns/check", { document }),
  create: (document: Campaign) => post<CampaignView>("/api/campaigns", { document }),
  change: (id: string, rev: number, document: Campaign) => send<CampaignView>("PUT", campaign(id), { rev, document }, LONG_MS),
  remove: (id: string) => remove(campaign(id)),
  copy: (id: string, name: string) => post<CampaignView>(`${campaign(id)}/copy`, { name }),
  setState: (id: string, state: SetCampaignState["state"]) => post<CampaignView>(`${campaign(id)}/state`, { state }),
  setMode: (id: string, mode: SetCampaignMode["mode"]) => post<unknown>(`${campaign(id)}/mode`, { mode }),

  waterfall: (id: string, signal?: AbortSignal) => get<Waterfall>(`${campaign(id)}/waterfall`, signal),
  leads: (id: string, filter: LeadFilter, signal?: AbortSignal) => get<LeadPage>(`${campaign(id)}/leads${query({ ...filter })}`, signal),
  lead: (id: string, signal?: AbortSignal) => get<LeadDetail>(`/api/leads/${part(id)}`, signal),
  leadCallback: (id: string, body: LeadCallback) => post<LeadDetail>(`/api/leads/${part(id)}/callback`, body),
  promises: (signal?: AbortSignal) => get<Promises>("/api/dial/promises", signal),
  movePromise: (id: string, body: MovePromise) => send<void>("PUT", `/api/dial/promises/${part(id)}`, body, LONG_MS),
  cancelPromise: (id: string) => remove(`/api/dial/promises/${part(id)}`),
  leadAgain: (id: string) => post<LeadDetail>(`/api/leads/${part(id)}/again`, {}),
  day: (id: string, day: string | null, signal?: AbortSignal) => get<DaySeries>(`${campaign(id)}/day${query({ day })}`, signal),
  detections: (id: string) => get<DetectionReport>(`${campaign(id)}/detections`),
  decisions: (id: string, before: number | null, signal?: AbortSignal) =>
    get<PacingDecisions>(`${campaign(id)}/decisions${query({ before, limit: 100 })}`, signal),
  forecast: (id: string, signal?: AbortSignal) => get<CampaignForecast>(`${campaign(id)}/forecast`, signal),
  whatIf: (id: string, agents: number) => post<AgentsWhatIfAnswer>(`${campaign(id)}/whatif`, { agents }),
  recycle: (id: string, body: Recycle) => post<Recycled>(`${campaign(id)}/recycle`, body),
  sheets: (id: string) => get<SheetList>(`${campaign(id)}/sheets`),
  sheet: (id: string, day: string | null) => get<ComplianceSheet>(`${campaign(id)}/sheet${query({ day, format: "json" })}`),
  sheetUrl: (id: string, day: string, format: "html" | "csv", language: string) => `${campaign(id)}/sheet${query({ day, format, language })}`,
  exportUrl: (id: string) => `${campaign(id)}/export`,

  lists: (id: string) => get<LeadLists>(`/api/lists${query({ campaign: id })}`),
  importList: (body: NewList) => post<ImportJob>("/api/lists", body),
  job: (id: string, signal?: AbortSignal) => get<ImportJob>(`/api/lists/jobs/${part(id)}`, signal),
  removeList: (id: string) => remove(`/api/lists/${part(id)}`),
  badRowsUrl: (id: string) => `/api/lists/${part(id)}/bad-rows`,

  forbidden: (filter: ForbiddenFilter, signal?: AbortSignal) => get<ForbiddenPage>(`/api/do-not-call${query({ ...filter })}`, signal),
  forbid: (body: Forbid) => post<ForbiddenLine>("/api/do-not-call", body),
  forbidList: (body: ForbidList) => post<ImportJob>("/api/do-not-call/lists", body),
  forbidMany: (body: ForbidMany) => post<ForbiddenMany>("/api/do-not-call/import", body),
  lift: (id: string, reason: string) => remove(`/api/do-not-call/${part(id)}${query({ reason })}`),
  jurisdictions: () => get<Jurisdictions>("/api/jurisdictions"),

  dialChoices: () => get<DialChoices>("/api/dial"),
  dial: (body: Dial) => post<Dialled>("/api/dial", body),
};

/** Sends a file, saying how far it is: `fetch` cannot tell. */
export function upload(file: File, forbidden: boolean, onProgress: (ratio: number) => void, signal: AbortSignal): Promise<Inspected> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `/api/lists/uploads${query({ name: file.name, forbidden: forbidden ? "true" : null })}`);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    sending.onerror = () => reject(new ApiError(0, "unreachable", "the server cannot be reached"));
    sending.onabort = () => reject(new DOMException("stopped", "AbortError"));
    sending.onload = () => {
      let answer: unknown = null;
      try {
        answer = JSON.parse(sending.responseText);
      } catch {
        // The page of a proxy: the status says enough.
      }
      if (sending.status >= 200 && sending.status < 300 && answer !== null) return resolve(answer as Inspected);
      reject(ApiError.of(sending.status, answer, sending.statusText));
    };
    signal.addEventListener("abort", () => sending.abort(), { once: true });
    sending.send(file);
  });
}
