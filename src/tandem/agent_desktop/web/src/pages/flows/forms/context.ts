// What the fields of a step's form need: the step, how to change it, and what can be chosen.

import { createContext, useContext } from "react";
import type { FileView, FlowStepView } from "../document/flowFile";
import type { Path } from "../document/yamlEdits";
import type { Plain } from "../document/yamlWords";

export interface FormDesk {
  file: FileView;
  step: FlowStepView;
  editable: boolean;
  languages: readonly string[];
  /** Named prompts of this file; those of the main file come behind it in a sub-flow. */
  queues: readonly { id: string; name: string }[];
  calendars: readonly string[];
  /** Of the step; undefined takes the field away. */
  put(path: Path, value: Plain | undefined): void;
  insert(path: Path, value: Plain): void;
  swap(path: Path, index: number): void;
  rename(path: Path, name: string): void;
  /** From the top of the file. */
  putTop(path: Path, value: Plain | undefined): void;
  renameTop(path: Path, name: string): void;
  /** Leads an exit on; a new step of a kind is made by `onNewStep`. */
  onNewStep(path: Path): void;
  onGoTo(step: string): void;
}

const Context = createContext<FormDesk | null>(null);
export const FormProvider = Context.Provider;

export function useForm(): FormDesk {
  const form = useContext(Context);
  if (!form) throw new Error("no form here");
  return form;
}
