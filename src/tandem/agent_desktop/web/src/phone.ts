// The softphone: SIP over WebSocket (RFC 7118) and WebRTC through JsSIP. It only ever answers: all dialling is the
// server's. One session at a time. Loaded lazily, by pages that have a seat.

import * as JsSIP from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { Softphone } from "./generated/rest";
import { MicrophoneError, closeMicrophone, openMicrophone } from "./microphone";
import { type PhoneState, idlePhone } from "./phoneState";

interface PhoneOptions {
  /** True while the center rings this seat: an invitation then replaces a session left over from a lost call. */
  expected(): boolean;
  /** The registrar refused: the credentials are worn out, get new ones. */
  onRefused(): void;
  onState(state: PhoneState): void;
}

/** Without STUN servers all candidates are there at once; do not wait for an interface that never answers. */
const GATHERING_MS = 300;
const REGISTER_EXPIRES_S = 120;
const RETRY_MS = 3_000;
/** A registrar that was still starting lost our REGISTER; SIP itself would wait 32 s (timer F) before it says so. */
const UNANSWERED_MS = 5_000;
const DIGIT_MS = 120;
const DIGIT_GAP_MS = 60;
const DECLINE = 603;
const BUSY_HERE = 486;

export class Phone {
  private state: PhoneState = idlePhone;
  private ua: JsSIP.UA | null = null;
  private session: RTCSession | null = null;
  private stream: MediaStream | null = null;
  /** The microphone, opened ahead of a call that will be answered without asking. */
  private warm: Promise<MediaStream> | null = null;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private readonly audio = new Audio();

  constructor(private readonly options: PhoneOptions) {
    this.audio.autoplay = true;
  }

  start(credentials: Softphone): void {
    this.stop();
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(credentials.socket_url)],
      uri: credentials.uri,
      authorization_user: credentials.user,
      password: credentials.password,
      display_name: credentials.display_name,
      register: true,
      register_expires: REGISTER_EXPIRES_S,
      session_timers: false,
      no_answer_timeout: 180,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      user_agent: "Tandem",
    });
    this.ua = ua;
    ua.on("connecting", () => this.change({ registration: "connecting" }));
    ua.on("connected", () => {
      clearTimeout(this.watchdog);
      this.watchdog = setTimeout(() => {
        if (this.ua === ua && !ua.isRegistered() && this.session === null) this.start(credentials);
      }, UNANSWERED_MS);
    });
    ua.on("registered", () => {
      clearTimeout(this.watchdog);
      this.change({ registration: "registered" });
    });
    ua.on("unregistered", () => this.change({ registration: "connecting" }));
    ua.on("disconnected", () => this.change({ registration: "disconnected" }));
    ua.on("registrationFailed", ({ response }) => {
      const status = (response as { status_code?: number } | null)?.status_code ?? 0;
      const refused = status === 401 || status === 403 || status === 404;
      this.change({ registration: refused ? "refused" : "connecting" });
      if (refused) this.options.onRefused();
      // JsSIP registers again after a new connection only, not after a registrar that was busy starting.
      else setTimeout(() => this.ua === ua && ua.isConnected() && ua.register(), RETRY_MS);
    });
    ua.on("newRTCSession", (event: { originator: string; session: RTCSession }) => {
      if (event.originator === "remote") this.invited(event.session);
    });
    this.change({ registration: "connecting" });
    ua.start();
  }

  /** Ends the session and unregisters. Also from `pagehide`: the caller then gets music at once. */
  stop(): void {
    const ua = this.ua;
    if (!ua) return;
    this.ua = null;
    clearTimeout(this.watchdog);
    this.coolDown();
    this.end();
    ua.removeAllListeners();
    ua.stop();
    this.change({ registration: "off" });
  }

  /** Opens the microphone now: an automatic answer must not wait for it, somebody has said "hello" already. */
  warmUp(): void {
    if (this.warm || this.stream) return;
    this.warm = openMicrophone();
    // Why it failed is said when the call is there.
    this.warm.catch(() => undefined);
  }

  /** The call that was expected is not coming. */
  coolDown(): void {
    void this.warm?.then(closeMicrophone, () => undefined);
    this.warm = null;
  }

  async answer(): Promise<void> {
    const session = this.session;
    if (!session || this.state.session !== "incoming") return;
    this.change({ session: "answering", microphone: null });
    let stream: MediaStream;
    try {
      const opening = this.warm ?? openMicrophone();
      this.warm = null;
      stream = await opening;
    } catch (error) {
      const microphone = error instanceof MicrophoneError ? error.problem : "failed";
      // Still ringing: the person can mend it and answer again.
      this.change({ microphone, session: this.session === session ? "incoming" : this.state.session });
      return;
    }
    if (this.session !== session) {
      closeMicrophone(stream);
      return;
    }
    this.stream = stream;
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => {
        if (this.stream === stream) this.change({ microphone: "missing" });
      });
    }
    session.answer({ mediaStream: stream, pcConfig: { iceServers: [] } });
  }

  decline(): void {
    this.end(DECLINE);
  }

  /** Clears only this leg: what a person can still do while the server is away. */
  hangUp(): void {
    this.end();
  }

  /** The call is over for the center; a switch that died never told this session so. */
  drop(): void {
    this.end();
  }

  setMuted(muted: boolean): void {
    if (!this.session?.isEstablished()) return;
    if (muted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
  }

  setHeld(held: boolean): void {
    if (!this.session?.isEstablished()) return;
    if (held) this.session.hold();
    else this.session.unhold();
  }

  /** Sends a key as an RFC 4733 event. False when the media cannot carry it (yet). */
  sendDigit(digit: string): boolean {
    const sender = this.session?.connection?.getSenders().find(({ track }) => track?.kind === "audio");
    const dtmf = sender?.dtmf;
    if (!dtmf?.canInsertDTMF) return false;
    // insertDTMF replaces what is still to be sent.
    dtmf.insertDTMF(dtmf.toneBuffer + digit, DIGIT_MS, DIGIT_GAP_MS);
    return true;
  }

  private invited(session: RTCSession): void {
    if (this.session && !this.session.isEnded()) {
      if (!this.options.expected()) {
        session.terminate({ status_code: BUSY_HERE });
        return;
      }
      this.end();
    }
    this.session = session;
    const ours = (handler: () => void) => () => {
      if (this.session === session) handler();
    };
    const over = ours(() => {
      this.session = null;
      closeMicrophone(this.stream);
      this.stream = null;
      this.audio.srcObject = null;
      this.change({ session: "none", muted: false, held: false, microphone: null, caller: "" });
    });
    session.on("ended", over);
    session.on("failed", over);
    session.on(
      "accepted",
      ours(() => this.change({ session: "active" })),
    );
    session.on(
      "muted",
      ours(() => this.change({ muted: true })),
    );
    session.on(
      "unmuted",
      ours(() => this.change({ muted: false })),
    );
    session.on("hold", ({ originator }: { originator: string }) => {
      if (originator === "local") ours(() => this.change({ held: true }))();
    });
    session.on("unhold", ({ originator }: { originator: string }) => {
      if (originator === "local") ours(() => this.change({ held: false }))();
    });
    session.on("peerconnection", ({ peerconnection }: { peerconnection: RTCPeerConnection }) => {
      peerconnection.addEventListener("track", ({ streams, track }) => {
        this.audio.srcObject = streams[0] ?? new MediaStream([track]);
        void this.audio.play().catch(() => undefined);
      });
    });
    let gathering: ReturnType<typeof setTimeout> | undefined;
    session.on("icecandidate", ({ ready }: { ready: () => void }) => {
      gathering ??= setTimeout(ready, GATHERING_MS);
    });
    const { display_name: name, uri } = session.remote_identity;
    this.change({ session: "incoming", muted: false, held: false, microphone: null, caller: name || uri.user });
  }

  private end(status_code?: number): void {
    const session = this.session;
    if (!session || session.isEnded()) return;
    const established = session.isEstablished();
    session.terminate(status_code && !established ? { status_code } : {});
  }

  private change(part: Partial<PhoneState>): void {
    this.state = { ...this.state, ...part };
    this.options.onState(this.state);
  }
}
