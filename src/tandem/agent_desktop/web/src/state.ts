// What the server last said, and how each message changes it. Pure: the same messages give the same state.

import type {
  AgentView,
  CallbackRow,
  CallView,
  CampaignRow,
  QueueRow,
  SeatRow,
  ServerMessage,
  WaitingRow,
  WrapUpView,
} from "./generated/live";
import type { TaskView } from "./generated/rest";

export interface BoardState {
  seats: ReadonlyMap<string, SeatRow>;
  queues: ReadonlyMap<string, QueueRow>;
  calls: ReadonlyMap<string, WaitingRow>;
}

/** Those to be called back. */
export interface CallbacksState {
  /** All of them. */
  total: number;
  /** As many of the first as are watched. */
  rows: ReadonlyMap<string, CallbackRow>;
}

export interface LiveState {
  /** Grows with each welcome: what has to be said again on a new connection depends on it. */
  connection: number;
  agent: AgentView | null;
  call: CallView | null;
  wrapUp: WrapUpView | null;
  /** Offered to this agent or in hand. */
  tasks: readonly TaskView[];
  board: BoardState | null;
  callbacks: CallbacksState | null;
  campaigns: ReadonlyMap<string, CampaignRow> | null;
  service: { switchUp: boolean; databaseUp: boolean };
}

export const emptyState: LiveState = {
  connection: 0,
  agent: null,
  call: null,
  wrapUp: null,
  tasks: [],
  board: null,
  callbacks: null,
  campaigns: null,
  service: { switchUp: true, databaseUp: true },
};

function replaceRows<Row>(
  old: ReadonlyMap<string, Row> | undefined,
  rows: readonly Row[],
  key: (row: Row) => string,
  gone: readonly string[],
): ReadonlyMap<string, Row> {
  if (old && rows.length === 0 && gone.length === 0) return old;
  const next = new Map(old);
  for (const row of rows) next.set(key(row), row);
  for (const id of gone) next.delete(id);
  return next;
}

export function apply(state: LiveState, message: ServerMessage): LiveState {
  switch (message.type) {
    case "welcome":
      return { ...state, connection: state.connection + 1 };
    case "seat":
      return { ...state, agent: message.agent, call: message.call, wrapUp: message.wrap_up, tasks: message.tasks ?? [] };
    case "board": {
      const old = message.whole ? undefined : (state.board ?? undefined);
      return {
        ...state,
        board: {
          seats: replaceRows(old?.seats, message.seats, (row) => row.login, message.gone_seats),
          queues: replaceRows(old?.queues, message.queues, (row) => row.id, []),
          calls: replaceRows(old?.calls, message.calls, (row) => row.call, message.gone_calls),
        },
      };
    }
    case "callbacks": {
      const old = message.whole ? undefined : state.callbacks?.rows;
      const rows = replaceRows(old, message.rows, (row) => row.id, message.gone);
      return { ...state, callbacks: { total: message.total, rows } };
    }
    case "campaigns": {
      const old = message.whole ? undefined : (state.campaigns ?? undefined);
      return { ...state, campaigns: replaceRows(old, message.rows, (row) => row.id, message.gone) };
    }
    case "service":
      return { ...state, service: { switchUp: message.switch_up, databaseUp: message.database_up } };
    case "reply":
    case "replaced":
      return state;
  }
}
