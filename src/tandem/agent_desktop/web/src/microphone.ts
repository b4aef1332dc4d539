// Getting at the microphone, and the reason in a word when that fails.

export type MicrophoneProblem =
  /** Browsers give out the microphone only to HTTPS pages and to the computer itself. */
  | "insecure"
  | "denied"
  | "missing"
  /** Another program holds it. */
  | "busy"
  | "failed";

export class MicrophoneError extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(problem);
  }
}

export function problemOf(error: unknown): MicrophoneProblem {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "failed";
}

export async function openMicrophone(): Promise<MediaStream> {
  if (!("mediaDevices" in navigator)) throw new MicrophoneError("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new MicrophoneError(problemOf(error));
  }
}

export function closeMicrophone(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Asks for the permission before the first caller is there. */
export async function tryMicrophone(): Promise<void> {
  closeMicrophone(await openMicrophone());
}
