// Words for the codes of this house: queues, dispositions, agents, in the reader's language.

import { useCallback, useEffect, useMemo, useState } from "react";
import { api } from "./api";
import { useDesk, useDeskState } from "./desk";
import { useSpeech } from "./i18n";
import { leafName, useLeaves } from "./pages/seat/dispositions";

type Both = Record<string, string>;

let known: ReadonlyMap<string, Both> | null = null;

/** Queues as this user may learn them: from the board, else from the list of transfer targets. */
export function useQueues(): ReadonlyMap<string, Both> {
  const { me } = useDesk();
  const board = useDeskState((state) => state.live.board?.queues ?? null);
  const [loaded, setLoaded] = useState(known);
  const ask = board === null && loaded === null && me.may.includes("read_transfer_targets");
  useEffect(() => {
    if (!ask) return;
    let gone = false;
    api.transferTargets().then(
      (targets) => {
        known = new Map(targets.queues.map((queue) => [queue["id"] ?? "", queue]));
        if (!gone) setLoaded(known);
      },
      // Without names the codes are shown; they are readable.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [ask]);
  return useMemo(() => {
    if (board) return new Map([...board.values()].map((queue) => [queue.id, queue.name]));
    return loaded ?? new Map<string, Both>();
  }, [board, loaded]);
}

export interface Names {
  queue(id: string | null | undefined): string;
  disposition(code: string | null | undefined): string;
}

export function useNames(): Names {
  const { lang, pick } = useSpeech();
  const queues = useQueues();
  const leaves = useLeaves();
  return useMemo(
    () => ({
      queue: (id) => (id ? pick(queues.get(id), id) : ""),
      disposition: (code) => {
        const leaf = leaves?.find((one) => one.code === code);
        return leaf ? leafName(leaf, lang) : (code ?? "");
      },
    }),
    [queues, leaves, lang, pick],
  );
}

/** What an agent is called; his login where nobody tells (who has no board knows only himself). */
export function useAgentName(): (login: string) => string {
  const { user } = useDesk().me;
  const seats = useDeskState((state) => state.live.board?.seats ?? null);
  return useCallback((login: string) => seats?.get(login)?.name || (login === user.login ? user.name : login), [seats, user]);
}
