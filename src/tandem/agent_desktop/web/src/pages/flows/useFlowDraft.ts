// A flow that is being edited: the texts of its files are the truth; canvas, forms and text view all read and write
// them. The server checks along; when it cannot be reached one goes on all the same.

import { App } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { BundleProblem, FlowTested, FlowVersionText } from "../../generated/rest";
import { flowsApi } from "../../flowsApi";
import { useProblem } from "../useProblem";
import { type Bundle, type FileView, readFlow, sameBundle } from "./document/flowFile";
import { type History, begin, change, redo, undo } from "./document/history";
import { EditRefused } from "./document/yamlEdits";
import { useFlowSpeech } from "./speech";

const CHECK_MS = 450;
const CHECK_MS_PER_CHARACTER = 0.002;
const RETRY_MS = 8_000;

export type CheckState = "checked" | "checking" | "unreachable";

export interface FlowDraft {
  base: FlowVersionText;
  bundle: Bundle;
  main: FileView;
  changed: boolean;
  canUndo: boolean;
  canRedo: boolean;
  undo(): void;
  redo(): void;
  /** The last change was made in the text. */
  typing: boolean;
  /** What the checker said last; kept while it is asked again or away. */
  problems: readonly BundleProblem[];
  check: CheckState;
  /** Of the last run of the tests, and whether the flow is still as it was then. */
  tested: { result: FlowTested; current: boolean } | null;
  testing: boolean;
  runTests(): Promise<void>;
  setText(file: string, text: string): void;
  /** Applies a change of a file; false when it cannot be made (the person is told). */
  edit(file: string, make: (view: FileView) => string, what?: string): boolean;
  addFile(name: string, text: string): void;
  removeFile(name: string): void;
  /** It was saved: goes on from there. */
  rebase(base: FlowVersionText): void;
}

const bundleOf = (version: FlowVersionText): Bundle => ({ main: version.main, files: version.files, tests: version.tests });

/** Texts that were read, so that no file is read twice for the same text. */
export function useReader(): (text: string) => FileView {
  const known = useRef(new Map<string, FileView>());
  return useCallback((text: string) => {
    const found = known.current.get(text);
    if (found) return found;
    const view = readFlow(text);
    if (known.current.size >= 24) known.current.delete(known.current.keys().next().value as string);
    known.current.set(text, view);
    return view;
  }, []);
}

export function useFlowDraft(loaded: FlowVersionText): FlowDraft {
  const { message } = App.useApp();
  const { t } = useFlowSpeech();
  const problemOf = useProblem();
  const readText = useReader();
  const [base, setBase] = useState(loaded);
  const [history, setHistory] = useState<History>(() => begin(bundleOf(loaded)));
  const [problems, setProblems] = useState<readonly BundleProblem[]>([]);
  const [check, setCheck] = useState<CheckState>("checking");
  const [retry, setRetry] = useState(0);
  const [run, setRun] = useState<{ result: FlowTested; of: Bundle } | null>(null);
  const [testing, setTesting] = useState(false);
  const bundle = history.now;
  const latest = useRef(bundle);
  latest.current = bundle;

  useEffect(() => {
    setCheck("checking");
    const controller = new AbortController();
    const size = Object.values(bundle.files).reduce((sum, text) => sum + text.length, 0);
    let again: ReturnType<typeof setTimeout> | undefined;
    const wait = setTimeout(() => {
      flowsApi.check({ main: bundle.main, files: { ...bundle.files }, tests: { ...bundle.tests } }, controller.signal).then(
        (answer) => {
          setProblems(answer.problems);
          setCheck("checked");
        },
        () => {
          if (controller.signal.aborted) return;
          setCheck("unreachable");
          again = setTimeout(() => setRetry((old) => old + 1), RETRY_MS);
        },
      );
    }, CHECK_MS + size * CHECK_MS_PER_CHARACTER);
    return () => {
      clearTimeout(wait);
      clearTimeout(again);
      controller.abort();
    };
  }, [bundle, retry]);

  const take = useCallback((next: Bundle, what: string) => {
    latest.current = next;
    setHistory((old) => change(old, next, what, Date.now()));
  }, []);

  const setText = useCallback(
    (file: string, text: string) => {
      const now = latest.current;
      if (Object.hasOwn(now.tests, file)) take({ ...now, tests: { ...now.tests, [file]: text } }, `text ${file}`);
      else take({ ...now, files: { ...now.files, [file]: text } }, `text ${file}`);
    },
    [take],
  );

  const edit = useCallback(
    (file: string, make: (view: FileView) => string, what = "") => {
      const now = latest.current;
      const text = now.files[file];
      if (text === undefined) return false;
      try {
        const next = make(readText(text));
        if (next !== text) take({ ...now, files: { ...now.files, [file]: next } }, what);
        return true;
      } catch (error) {
        if (!(error instanceof EditRefused)) throw error;
        message.warning({ content: t("edit.refused"), key: "edit-refused" });
        return false;
      }
    },
    [take, readText, message, t],
  );

  const runTests = useCallback(async () => {
    const of = latest.current;
    setTesting(true);
    try {
      setRun({ result: await flowsApi.test({ main: of.main, files: { ...of.files }, tests: { ...of.tests } }), of });
    } catch (error) {
      message.error({ content: problemOf(error), key: "tests-failed" });
    } finally {
      setTesting(false);
    }
  }, [message, problemOf]);

  return {
    base,
    bundle,
    main: readText(bundle.files[bundle.main] ?? ""),
    changed: useMemo(() => !sameBundle(bundle, bundleOf(base)), [bundle, base]),
    typing: history.what.startsWith("text "),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    undo: useCallback(() => setHistory(undo), []),
    redo: useCallback(() => setHistory(redo), []),
    problems,
    check,
    tested: useMemo(() => (run ? { result: run.result, current: sameBundle(run.of, bundle) } : null), [run, bundle]),
    testing,
    runTests,
    setText,
    edit,
    addFile: useCallback(
      (name: string, text: string) => {
        const now = latest.current;
        if (/\.test\.ya?ml$/.test(name)) take({ ...now, tests: { ...now.tests, [name]: text } }, "");
        else take({ ...now, files: { ...now.files, [name]: text } }, "");
      },
      [take],
    ),
    removeFile: useCallback(
      (name: string) => {
        const without = (files: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(files).filter(([one]) => one !== name));
        take({ ...latest.current, files: without(latest.current.files), tests: without(latest.current.tests) }, "");
      },
      [take],
    ),
    rebase: setBase,
  };
}
