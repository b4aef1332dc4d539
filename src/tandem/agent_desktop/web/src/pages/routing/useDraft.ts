// A plan that is being edited: its text is the truth; the form is what the server reads out of it.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { FormEdit, PlanChecked, PlanProblem, RoutingPlan } from "../../generated/rest";
import { routingApi } from "../../routingApi";
import { useProblem } from "../useProblem";
import { type PlanForm, withEdits } from "./form";

const CHECK_MS = 400;
/** The server reads a plan of a million characters for seconds: the longer it is, the rarer it is asked. */
const CHECK_MS_PER_CHARACTER = 0.001;
const EDIT_MS = 250;
const MOST_UNDO = 100;
/** In one request, as the server takes them. */
const MOST_EDITS = 2000;

/** A sentence, or one in each language with what to do. */
export type Refusal = string | { what: Record<string, string>; fix: Record<string, string> };

export interface Draft {
  base: RoutingPlan;
  text: string;
  /** What the form shows; null while the text has errors. */
  form: PlanForm | null;
  problems: readonly PlanProblem[];
  /** The text has changed since it was last checked. */
  checking: boolean;
  /** Why the last edit of the form, or check, was not taken. */
  refused: Refusal | null;
  /** Where in the form that edit was. */
  refusedAt: readonly (readonly string[])[];
  changed: boolean;
  canUndo: boolean;
  setText(text: string): void;
  edit(edits: readonly FormEdit[]): void;
  undo(): void;
  /** Goes on from this plan: a newly applied one, or one of somebody else. */
  rebase(plan: RoutingPlan, options: { keepText: boolean }): void;
  /** Waits for edits of the form that are on their way; the text then has them. */
  settled(): Promise<string>;
}

export function useDraft(plan: RoutingPlan): Draft {
  const problemOf = useProblem();
  const [base, setBase] = useState(plan);
  const [text, setTextState] = useState(plan.text);
  const [checked, setChecked] = useState<PlanChecked>({ problems: plan.problems, form: plan.form });
  const [pending, setPending] = useState<readonly FormEdit[]>([]);
  const [checking, setChecking] = useState(false);
  const [refusal, setRefusal] = useState<{ why: Refusal; at: Draft["refusedAt"] } | null>(null);
  const [past, setPast] = useState<readonly string[]>([]);

  const latest = useRef(text);
  const checkedText = useRef(plan.text);
  const queue = useRef<FormEdit[]>([]);
  const working = useRef<Promise<void>>(Promise.resolve());
  const asking = useRef<Promise<unknown>>(Promise.resolve());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const take = useCallback((next: string) => {
    latest.current = next;
    setTextState(next);
  }, []);

  const remember = useCallback((old: string) => setPast((known) => [...known.slice(-MOST_UNDO), old]), []);

  useEffect(() => {
    if (text === checkedText.current) return;
    setChecking(true);
    let gone = false;
    const ask = async () => {
      if (gone) return;
      try {
        const answer = await routingApi.check(text);
        if (gone) return;
        checkedText.current = text;
        setChecked(answer);
        setRefusal(null);
        setChecking(false);
      } catch (error) {
        if (gone) return;
        setRefusal({ why: problemOf(error), at: [] });
        setChecking(false);
      }
    };
    const wait = setTimeout(
      () => {
        // One at a time: what is typed meanwhile is asked when the last answer is there.
        asking.current = asking.current.then(ask);
      },
      CHECK_MS + text.length * CHECK_MS_PER_CHARACTER,
    );
    return () => {
      gone = true;
      clearTimeout(wait);
    };
  }, [text, problemOf]);

  const flush = useCallback((): Promise<void> => {
    clearTimeout(timer.current);
    let remembered = false;
    const work = async (edits: readonly FormEdit[]) => {
      const before = latest.current;
      try {
        const answer = await routingApi.edit(before, edits);
        if (answer.form === null) {
          // A value that cannot stand in a plan: the text keeps the old one.
          const why = answer.problems.find((problem) => problem.severity === "error");
          setRefusal(why ? { why, at: edits.map((edit) => edit.path) } : null);
        } else {
          // What was done at once is undone at once.
          if (!remembered) remember(before);
          remembered = true;
          checkedText.current = answer.text;
          setChecked({ problems: answer.problems, form: answer.form });
          setRefusal(null);
          take(answer.text);
        }
      } catch (error) {
        setRefusal({ why: problemOf(error), at: edits.map((edit) => edit.path) });
      } finally {
        setPending((known) => known.filter((edit) => !edits.includes(edit)));
      }
    };
    while (queue.current.length > 0) {
      const edits = queue.current.splice(0, MOST_EDITS);
      working.current = working.current.then(() => work(edits));
    }
    return working.current;
  }, [problemOf, remember, take]);

  const edit = useCallback(
    (edits: readonly FormEdit[]) => {
      queue.current.push(...edits);
      setPending((known) => [...known, ...edits]);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush(), EDIT_MS);
    },
    [flush],
  );

  const form = useMemo(
    () => (checked.form === null ? null : withEdits(checked.form as unknown as PlanForm, pending)),
    [checked.form, pending],
  );

  return {
    base,
    text,
    form,
    problems: checked.problems,
    checking: checking || pending.length > 0,
    refused: refusal?.why ?? null,
    refusedAt: refusal?.at ?? [],
    changed: text !== base.text,
    canUndo: past.length > 0,
    setText: (next) => {
      remember(latest.current);
      take(next);
    },
    edit,
    undo: () => {
      const old = past.at(-1);
      if (old === undefined) return;
      setPast(past.slice(0, -1));
      take(old);
    },
    rebase: (next, { keepText }) => {
      setBase(next);
      if (keepText) return;
      setPast([]);
      checkedText.current = next.text;
      setChecked({ problems: next.problems, form: next.form });
      take(next.text);
    },
    settled: async () => {
      await flush();
      return latest.current;
    },
  };
}
