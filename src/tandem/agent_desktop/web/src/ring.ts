// The ringing tone, made on the spot: two soft notes every three seconds. No file to load, nothing to be missing.

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

/** Browsers start audio only after the person has touched the page; called on each key press and click until it runs. */
export function wakeAudio(): void {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

function note(audio: AudioContext, frequency_hz: number, at_s: number, length_s: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = frequency_hz;
  gain.gain.setValueAtTime(0, at_s);
  gain.gain.linearRampToValueAtTime(0.16, at_s + 0.03);
  gain.gain.exponentialRampToValueAtTime(0.001, at_s + length_s);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at_s);
  oscillator.stop(at_s + length_s);
}

function ringOnce(): void {
  if (!context || context.state !== "running") return;
  const start = context.currentTime + 0.02;
  for (const [index, frequency] of [659.3, 784, 659.3, 784].entries()) note(context, frequency, start + index * 0.22, 0.4);
}

/** Two quick rising notes: a call is put through without being asked. Over before a voice can be heard. */
export function announceCall(): void {
  wakeAudio();
  if (!context || context.state !== "running") return;
  const start = context.currentTime;
  note(context, 784, start, 0.09);
  note(context, 1046.5, start + 0.08, 0.12);
}

export function startRinging(): void {
  if (timer !== undefined) return;
  wakeAudio();
  ringOnce();
  timer = setInterval(ringOnce, 3000);
}

export function stopRinging(): void {
  clearInterval(timer);
  timer = undefined;
}
