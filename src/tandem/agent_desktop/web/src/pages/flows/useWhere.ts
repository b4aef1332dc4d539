// Where one is in the editor: which file, which step, canvas or text; and how one gets elsewhere. It is kept while one
// looks at the versions or the numbers.

import type { Viewport } from "@xyflow/react";
import { type RefObject, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { CanvasHandle } from "./canvas/Canvas";
import { type FileView, usedFile } from "./document/flowFile";
import type { Trail } from "./document/overlay";
import { same } from "./document/yamlEdits";
import type { DockView } from "./parts/Dock";
import type { FlowDraft } from "./useFlowDraft";

export type View = "canvas" | "both" | "text";

/** Outlives the editor. */
export interface EditorPlace {
  view: View;
  trail: Trail;
  textFile: string | null;
  selected: ReadonlySet<string>;
  current: string | null;
  dock: DockView | null;
  /** What was last seen of each picture. */
  viewports: Map<string, Viewport>;
}

export const firstPlace = (): EditorPlace => ({ view: "canvas", trail: [], textFile: null, selected: new Set(), current: null, dock: null, viewports: new Map() });

/** A state of the editor that is still so when one comes back. */
export function useKept<K extends "view" | "trail" | "textFile" | "selected" | "current" | "dock">(place: EditorPlace, key: K) {
  const [value, setValue] = useState<EditorPlace[K]>(place[key]);
  useEffect(() => {
    place[key] = value;
  }, [place, key, value]);
  return [value, setValue] as const;
}

export function useWhere(place: EditorPlace, draft: FlowDraft, readText: (text: string) => FileView, canvas: RefObject<CanvasHandle | null>) {
  const { bundle, main } = draft;
  const [view, setView] = useKept(place, "view");
  const [trail, setTrail] = useKept(place, "trail");
  const [textFile, setTextFile] = useKept(place, "textFile");
  const [selected, setSelected] = useKept(place, "selected");
  const [current, setCurrent] = useKept(place, "current");
  const [line, setLine] = useState<number | null>(null);
  const [lineFocus, setLineFocus] = useState(true);
  const pending = useRef<string | null>(null);

  const fileName = trail.at(-1)?.file ?? bundle.main;
  const written = useMemo(() => ({ fileName, text: bundle.files[fileName] ?? "" }), [fileName, bundle.files]);
  // While one types, the text comes first and the canvas follows.
  const following = useDeferredValue(written);
  const { text } = draft.typing && following.fileName === fileName ? following : written;
  const fresh = readText(text);
  // A text that cannot be read just now: the picture shows what it was before.
  const last = useRef({ fileName, view: fresh });
  if (fresh.readable) last.current = { fileName, view: fresh };
  const file = fresh.readable || last.current.fileName !== fileName ? fresh : last.current.view;

  const select = useCallback(
    (steps: ReadonlySet<string>, lastOne: string | null) => {
      setSelected(steps);
      setCurrent(lastOne);
    },
    [setSelected, setCurrent],
  );

  const goTo = useCallback(
    (name: string, focus = false) => {
      select(new Set([name]), name);
      canvas.current?.goTo(name, { focus });
    },
    [select, canvas],
  );

  // The step that one comes to in another file is there after the next rendering.
  useEffect(() => {
    const name = pending.current;
    if (name !== null && file.steps.has(name)) {
      pending.current = null;
      requestAnimationFrame(() => goTo(name));
    }
  });

  useEffect(() => {
    if (current !== null && !file.steps.has(current)) select(new Set(), null);
  }, [file, current, select]);

  const openTrail = useCallback(
    (next: Trail, name: string | null = null) => {
      setTrail(next);
      setTextFile(null);
      select(new Set(), null);
      pending.current = name;
    },
    [select, setTrail, setTextFile],
  );

  const fileOf = useCallback(
    (name: string): string | null => {
      const alias = file.steps.get(name)?.raw["use"];
      const used = typeof alias === "string" ? file.use.get(alias) : undefined;
      const whole = used ? usedFile(fileName, used) : null;
      return whole !== null && Object.hasOwn(bundle.files, whole) ? whole : null;
    },
    [file, fileName, bundle.files],
  );
  const opens = useCallback((name: string) => fileOf(name) !== null, [fileOf]);
  const openFile = useCallback(
    (name: string) => {
      const used = fileOf(name);
      if (used !== null) openTrail([...trail, { step: name, file: used }]);
    },
    [fileOf, openTrail, trail],
  );

  /** To a step by its flat name, through the sub-flows that lead to it. */
  const goToFlat = useCallback(
    (flat: string) => {
      const parts = flat.split("/");
      const name = parts.pop() ?? "";
      const next: { step: string; file: string }[] = [];
      let inside = main;
      let at = bundle.main;
      for (const part of parts) {
        const alias = inside.steps.get(part)?.raw["use"];
        const used = typeof alias === "string" ? inside.use.get(alias) : undefined;
        if (!used) return;
        at = usedFile(at, used);
        inside = readText(bundle.files[at] ?? "");
        next.push({ step: part, file: at });
      }
      if (view === "text") setView("both");
      if (same(next, trail as never)) goTo(name);
      else openTrail(next, name);
    },
    [main, bundle, readText, trail, goTo, openTrail, view, setView],
  );

  const showLine = useCallback(
    (name: string, at: number, focus = true) => {
      setTextFile(name === fileName ? null : name);
      setLineFocus(focus);
      setLine(at);
      setView((old) => (old === "canvas" ? "both" : old));
    },
    [fileName, setTextFile, setView],
  );

  // The text follows the canvas, without taking the keyboard.
  useEffect(() => {
    if (view === "canvas" || current === null || textFile !== null) return;
    const at = file.steps.get(current)?.place;
    if (!at || at.from === 0) return;
    setLineFocus(false);
    setLine(at.from);
    // Only when another step is chosen: not at every letter that is typed.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [current, view, textFile]);

  return { view, setView, trail, textFile, setTextFile, selected, current, line, setLine, lineFocus, pending, fileName, fresh, file, select, goTo, openTrail, fileOf, opens, openFile, goToFlat, showLine };
}
