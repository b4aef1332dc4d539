// Calling a person who looks elsewhere: the title tells the state, blinks for a caller; a notification when hidden.

import { useEffect, useState } from "react";
import { useDeskState } from "../desk";
import type { CallView } from "../generated/live";
import { useSpeech } from "../i18n";
import type { PageName } from "../roles";

function useHidden(): boolean {
  const [hidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const changed = () => setHidden(document.hidden);
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  }, []);
  return hidden;
}

function callerLabel({ pop, campaign }: CallView): string {
  return campaign?.lead_name || pop.customers[0]?.name || pop.caller_name || pop.number;
}

export function useAttention(page: PageName | null): void {
  const { t, w } = useSpeech();
  const agentState = useDeskState((state) => state.live.agent?.state ?? null);
  const call = useDeskState((state) => state.live.call);
  const phone = useDeskState((state) => state.phone);
  const rings = phone.session === "incoming" && call?.phase !== "rejoining";
  const isOffer = rings || call?.phase === "offered" || call?.phase === "ringing";
  const hidden = useHidden();
  const caller = call ? callerLabel(call) : phone.caller;

  useEffect(() => {
    const place = page ? t(`page.${page}`) : t("page.not_found");
    if (!isOffer) {
      const state = call ? `${w("phase", call.phase)} ${caller}` : agentState ? w("state", agentState) : "";
      document.title = [state, page === "seat" ? "" : place, "Tandem"].filter(Boolean).join(" · ");
      return;
    }
    const loud = `☎ ${t("attention.incoming")}: ${caller}`;
    document.title = loud;
    if (!hidden) return;
    let on = true;
    const timer = setInterval(() => {
      on = !on;
      document.title = on ? loud : "● ● ●";
    }, 1000);
    return () => clearInterval(timer);
  }, [t, w, page, agentState, call, isOffer, hidden, caller]);

  const callId = call?.id ?? "phone";
  useEffect(() => {
    if (!isOffer || !hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const notification = new Notification(`${t("attention.incoming")}: ${caller}`, {
      tag: `tandem-${callId}`,
      requireInteraction: true,
      icon: "/favicon.svg",
    });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return () => notification.close();
  }, [t, isOffer, hidden, caller, callId]);
}

/** Asked on the first "Ready", when the person expects calls. */
export function askForNotifications(): void {
  if ("Notification" in window && Notification.permission === "default") {
    void Notification.requestPermission().catch(() => undefined);
  }
}
