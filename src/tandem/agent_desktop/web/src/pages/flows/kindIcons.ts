import type { IconName } from "../../ui/icons";
import type { Family, Kind } from "./document/kinds";

export const iconOf: Record<Kind, IconName> = {
  play: "sound",
  menu: "keypad",
  collect: "digits",
  record: "record",
  set: "note",
  language: "globe",
  condition: "branch",
  hours: "clock",
  lookup: "user",
  http: "cloud",
  answer: "data",
  queue: "users",
  music: "music",
  leave: "door",
  callback: "callback",
  transfer: "transfer",
  subflow: "box",
  return: "back",
  survey: "star",
  split: "split",
  hangup: "hangup",
};

export const families: readonly Family[] = ["say", "ask", "logic", "data", "hand", "wait", "end"];
