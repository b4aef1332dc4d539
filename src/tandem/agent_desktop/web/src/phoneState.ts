// What the softphone says about itself. Apart from phone.ts, so that JsSIP is loaded only where a phone is.

import type { MicrophoneProblem } from "./microphone";

export type Registration = "off" | "connecting" | "registered" | "refused" | "disconnected";
export type SessionState = "none" | "incoming" | "answering" | "active";

export interface PhoneState {
  registration: Registration;
  session: SessionState;
  muted: boolean;
  held: boolean;
  microphone: MicrophoneProblem | null;
  /** Whom the invitation names: what there is to show when the server itself is away. */
  caller: string;
}

export const idlePhone: PhoneState = {
  registration: "off",
  session: "none",
  muted: false,
  held: false,
  microphone: null,
  caller: "",
};
