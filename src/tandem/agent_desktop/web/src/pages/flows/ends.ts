import { useCallback } from "react";
import { useNames } from "../../names";
import { useFlowSpeech } from "./speech";

/** Where callers end, in words: `served`, `queue:cards`, `undetermined`, ... */
export function useEndName(): (end: string) => string {
  const { t, w } = useFlowSpeech();
  const names = useNames();
  return useCallback(
    (end) => {
      const [reason, ...rest] = end.split(":");
      const queue = rest.join(":");
      return reason === "queue" && queue !== "" ? t("end.to_queue", { queue: names.queue(queue) }) : w("end", reason);
    },
    [t, w, names],
  );
}
