// The editor of a flow: canvas, form and text of one and the same document.

import { App } from "antd";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { BundleProblem, CaseRun, FlowNumbers } from "../../generated/rest";
import { useLanguage } from "../../i18n";
import { useQueues } from "../../names";
import { Icon } from "../../ui/icons";
import { useAction } from "../../ui/useActions";
import { Canvas, type CanvasHandle, type ChosenExit } from "./canvas/Canvas";
import { usedFile } from "./document/flowFile";
import type { Exit, Kind } from "./document/kinds";
import { type Trail, paintCoverage, paintNumbers, problemsOf } from "./document/overlay";
import type { Point } from "./document/places";
import { addItem, addStep, connect, copyStep, forgetLayout, moveSteps, newSubflow, removeSteps, renameStep, setField, setTop } from "./document/stepEdits";
import { type Path, rename, same, swap } from "./document/yamlEdits";
import { type FormDesk, FormProvider } from "./forms/context";
import { FlowForm } from "./forms/FlowForm";
import { StepForm } from "./forms/StepForm";
import { CallDraft } from "./parts/CallDraft";
import { Dock, type DockView } from "./parts/Dock";
import { EditorBar } from "./parts/EditorBar";
import { Finder } from "./parts/Finder";
import { NewFileDialog } from "./parts/NewFileDialog";
import { TextPane } from "./parts/TextPane";
import { AddStepDialog, Palette } from "./parts/Palette";
import { useFlowSpeech } from "./speech";
import { type FlowDraft, useReader } from "./useFlowDraft";

export type View = "canvas" | "both" | "text";
export type PaintChoice = "none" | "coverage" | "numbers";

interface Adding {
  /** The exit that leads to the new step. */
  from: { step: string; path: Path; name: string } | null;
  place: Point | null;
}

const NONE: readonly BundleProblem[] = [];
export function Editor({
  draft,
  editable,
  numbers,
  paint,
  onPaint,
  onSave,
  jump,
  onJumped,
}: {
  draft: FlowDraft;
  editable: boolean;
  /** Of the last days, when they were loaded: to be painted on the canvas. */
  numbers: FlowNumbers | null;
  paint: PaintChoice;
  onPaint: (paint: PaintChoice) => void;
  onSave: () => void;
  /** A flat step name to go to, from the numbers. */
  jump: string | null;
  onJumped: () => void;
}) {
  const { t, lang } = useFlowSpeech();
  const { message } = App.useApp();
  const language = useLanguage();
  const queueNames = useQueues();
  const readText = useReader();
  const [view, setView] = useState<View>("canvas");
  const [trail, setTrail] = useState<Trail>([]);
  const [textFile, setTextFile] = useState<string | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<string | null>(null);
  const [chosenExit, setChosenExit] = useState<ChosenExit | null>(null);
  const [dock, setDock] = useState<DockView | null>(null);
  const [finding, setFinding] = useState(false);
  const [found, setFound] = useState<ReadonlySet<string> | null>(null);
  const [adding, setAdding] = useState<Adding | null>(null);
  const [newFile, setNewFile] = useState(false);
  const [calling, setCalling] = useState(false);
  const [run, setRun] = useState<CaseRun | null>(null);
  const [line, setLine] = useState<number | null>(null);
  const [lineFocus, setLineFocus] = useState(true);
  const canvas = useRef<CanvasHandle>(null);
  const panel = useRef<HTMLElement>(null);
  const pending = useRef<string | null>(null);

  const { bundle, edit } = draft;
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
  const canEdit = editable && fresh.readable;
  const main = draft.main;
  const { languages } = main.languages.length > 0 ? main : file;

  const problems = useMemo(() => problemsOf(draft.problems, file, fileName, trail), [draft.problems, file, fileName, trail]);
  const painted = useMemo(() => {
    if (paint === "coverage" && draft.tested?.result.coverage) return paintCoverage(draft.tested.result.coverage, file, trail);
    return paint === "numbers" && numbers ? paintNumbers(numbers, file, trail) : null;
  }, [paint, draft.tested, numbers, file, trail]);
  const path = useMemo(() => {
    if (!run) return null;
    const prefix = trail.map((one) => `${one.step}/`).join("");
    return new Set(run.path.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length).split("/")[0] ?? ""));
  }, [run, trail]);

  const step = current === null ? undefined : file.steps.get(current);

  const select = useCallback((steps: ReadonlySet<string>, lastOne: string | null) => {
    setSelected(steps);
    setCurrent(lastOne);
    if (steps.size > 0) setChosenExit(null);
  }, []);

  const goTo = useCallback(
    (name: string, focus = false) => {
      select(new Set([name]), name);
      canvas.current?.goTo(name, { focus });
    },
    [select],
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
    [select],
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
      let view_ = main;
      let at = bundle.main;
      for (const part of parts) {
        const alias = view_.steps.get(part)?.raw["use"];
        const used = typeof alias === "string" ? view_.use.get(alias) : undefined;
        if (!used) return;
        at = usedFile(at, used);
        view_ = readText(bundle.files[at] ?? "");
        next.push({ step: part, file: at });
      }
      if (view === "text") setView("both");
      if (same(next, trail as never)) goTo(name);
      else openTrail(next, name);
    },
    [main, bundle, readText, trail, goTo, openTrail, view],
  );

  useEffect(() => {
    if (jump === null) return;
    goToFlat(jump);
    onJumped();
  }, [jump, goToFlat, onJumped]);

  const showLine = useCallback(
    (name: string, at: number, focus = true) => {
      setTextFile(name === fileName ? null : name);
      setLineFocus(focus);
      setLine(at);
      setView((old) => (old === "canvas" ? "both" : old));
    },
    [fileName],
  );
  const goToProblem = (problem: BundleProblem) => {
    if (problem.step !== "") goToFlat(problem.step);
    else showLine(problem.file, problem.line);
  };

  // The text follows the canvas, without taking the keyboard.
  useEffect(() => {
    if (view === "canvas" || current === null || textFile !== null) return;
    const place = file.steps.get(current)?.place;
    if (!place || place.from === 0) return;
    setLineFocus(false);
    setLine(place.from);
    // Only when another step is chosen: not at every letter that is typed.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [current, view, textFile]);

  // ---- changes ----------------------------------------------------------------------------------------------------

  const add = (kind: Kind, from: Adding["from"], place: Point | null) => {
    let name = "";
    const done = edit(fileName, (now) => {
      const source = from ? now.steps.get(from.step) : undefined;
      const exit: Exit | undefined = from && source ? (source.exits.find((one) => same(one.path as never, from.path as never)) ?? { name: from.name, path: from.path, to: null, tone: "main", optional: false }) : undefined;
      // While nothing was moved by hand, all boxes arrange themselves.
      const at = now.layout.size === 0 ? null : (place ?? canvas.current?.placeFor(from?.step ?? current) ?? null);
      const added = addStep(now, kind, languages, at ? [at.x, at.y] : null, from && exit ? { step: from.step, exit } : undefined);
      name = added.name;
      return added.text;
    });
    if (done && name) pending.current = name;
  };
  /** From the palette: behind the chosen step, where it has an exit that leads nowhere. */
  const addFromPalette = (kind: Kind) => {
    const open = step?.exits.find((exit) => exit.to === null && !exit.optional);
    add(kind, step && open ? { step: step.name, path: open.path, name: open.name } : null, null);
  };
  const removeChosen = () => {
    if (!canEdit) return;
    if (chosenExit) {
      const exit = file.steps.get(chosenExit.step)?.exits.find((one) => one.name === chosenExit.exit);
      if (exit) edit(fileName, (now) => connect(now, chosenExit.step, exit, null));
      setChosenExit(null);
      return;
    }
    const names = selected.size > 0 ? selected : current === null ? new Set<string>() : new Set([current]);
    if (names.size === 0) return;
    if (edit(fileName, (now) => removeSteps(now, names))) {
      select(new Set(), null);
      message.info({ content: t("edit.deleted", { count: names.size }), key: "deleted", duration: 3 });
    }
  };
  const openForm = (name: string) => {
    select(new Set([name]), name);
    requestAnimationFrame(() => requestAnimationFrame(() => panel.current?.querySelector<HTMLElement>("input:not([disabled]), textarea:not([disabled])")?.focus()));
  };
  const renameCurrent = (name: string) => {
    if (!step) return;
    if (edit(fileName, (now) => renameStep(now, step.name, name))) {
      select(new Set([name]), name);
    }
  };

  const queues = useMemo(() => [...queueNames].map(([id, names]) => ({ id, name: names[lang] ?? names["en"] ?? id })), [queueNames, lang]);
  const form = useMemo<FormDesk>(
    () => ({
      file,
      step: step ?? { name: "", kind: "", raw: {}, exits: [], place: { from: 0, to: 0 } },
      editable: canEdit,
      languages,
      queues,
      calendars: [...new Set([...file.calendars, ...main.calendars])],
      put: (at, value) => void (step && edit(fileName, (now) => setField(now, step.name, at, value), `${step.name}.${at.join(".")}`)),
      insert: (at, value) => void (step && edit(fileName, (now) => addItem(now, step.name, at, value))),
      swap: (at, index) => void (step && edit(fileName, (now) => swap(now.text, ["steps", step.name, ...at], index))),
      rename: (at, name) => void (step && edit(fileName, (now) => rename(now.text, ["steps", step.name, ...at], name))),
      putTop: (at, value) => void edit(fileName, (now) => setTop(now, at, value), at.join(".")),
      onNewStep: (at) => step && setAdding({ from: { step: step.name, path: at, name: String(at.at(-1)) }, place: null }),
      onGoTo: (name) => goTo(name),
    }),
    [file, step, canEdit, languages, queues, main.calendars, edit, fileName, goTo],
  );

  // ---- keyboard ---------------------------------------------------------------------------------------------------

  // Taken even when there is nothing to do: the browser would open its history, or save the page.
  useAction("flow_undo", canEdit ? draft.undo : null);
  useAction("flow_redo", canEdit ? draft.redo : null);
  useAction("flow_find", view === "text" ? null : () => setFinding(true));
  useAction("flow_delete", canEdit && (selected.size > 0 || chosenExit !== null) ? removeChosen : null);
  useAction("flow_add", canEdit ? () => setAdding({ from: null, place: null }) : null);
  useAction("flow_save", editable ? () => draft.changed && onSave() : null);
  useAction("flow_test", () => {
    setDock("tests");
    void draft.runTests();
  });

  const errors = draft.problems.filter((problem) => problem.severity === "error").length;
  const own = problems.get(step?.name ?? "") ?? NONE;
  const aliases = [...file.use.keys()];
  const used = step ? fileOf(step.name) : null;
  const exits = useMemo(() => {
    if (used === null) return [];
    const inner = readText(bundle.files[used] ?? "");
    return [...new Set([...inner.steps.values()].flatMap((one) => (one.kind === "return" && typeof one.raw["exit"] === "string" ? [one.raw["exit"]] : [])))];
  }, [used, bundle.files, readText]);
  const shownText = textFile ?? fileName;
  const allFiles = useMemo(() => Object.keys(bundle.files).map((name) => ({ name, view: readText(bundle.files[name] ?? "") })), [bundle.files, readText]);

  // The form is the dearest part of the page: it is made anew only when something in it can have changed.
  const side = useMemo(
    () => (
      <FormProvider value={form}>
        {selected.size > 1 ? (
          <div className="many">
            <p>
              <b>{t("form.many", { count: selected.size })}</b>
            </p>
            {canEdit && (
              <button type="button" className="button" onClick={removeChosen}>
                <Icon name="trash" size={14} /> {t("form.delete_many")}
              </button>
            )}
          </div>
        ) : step ? (
          <StepForm
            key={step.name}
            problems={own}
            aliases={aliases}
            exits={exits}
            onRename={renameCurrent}
            onDelete={removeChosen}
            onCopy={() => {
              let name = "";
              const copied = edit(fileName, (now) => {
                const place = now.layout.size > 0 ? canvas.current?.placeFor(step.name) : undefined;
                const added = copyStep(now, step, place ? [place.x, place.y] : null);
                name = added.name;
                return added.text;
              });
              if (copied) pending.current = name;
            }}
            onStart={() => edit(fileName, (now) => setTop(now, ["start"], step.name))}
            onOpenFile={used === null ? null : () => openFile(step.name)}
            onLine={(at) => showLine(fileName, at)}
          />
        ) : (
          <FlowForm
            fileName={fileName}
            problems={problems.get("") ?? []}
            uses={[...file.use].map(([alias, target]) => ({ alias, file: usedFile(fileName, target), there: Object.hasOwn(bundle.files, usedFile(fileName, target)) }))}
            onOpenFile={(alias) => {
              const opener = [...file.steps.values()].find((one) => one.raw["use"] === alias);
              openTrail([...trail, { step: opener?.name ?? alias, file: usedFile(fileName, file.use.get(alias) ?? "") }]);
            }}
            onAddSubflow={() => setNewFile(true)}
            onLine={(at) => showLine(fileName, at)}
          />
        )}
      </FormProvider>
    ),
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [form, selected, chosenExit, own, problems, exits, used, bundle.files, trail, lang],
  );
  return (
    <div className={`editor view-${view}`} data-testid="flow-editor">
      <EditorBar
        draft={draft}
        editable={editable}
        trail={trail}
        onTrail={(length) => openTrail(trail.slice(0, length), trail[length]?.step ?? null)}
        view={view}
        onView={setView}
        paint={paint}
        onPaint={onPaint}
        hasNumbers={numbers !== null}
        onFind={() => setFinding(!finding)}
        onArrange={canEdit && file.layout.size > 0 ? () => edit(fileName, (now) => forgetLayout(now)) && requestAnimationFrame(() => canvas.current?.fit()) : null}
        onDock={(next) => setDock(dock === next ? null : next)}
        dock={dock}
        onCall={() => setCalling(!calling)}
        calling={calling}
        onSave={onSave}
      />
      {fresh.error && (
        <p className="plan-refused" role="alert">
          <Icon name="alert" size={14} />
          <span>{t("edit.unreadable", { line: fresh.error.line })}</span> <bdi className="mono small">{fresh.error.message.split("\n")[0]}</bdi>
          <button type="button" className="link" onClick={() => showLine(fileName, fresh.error?.line ?? 1)}>
            {t("flows.line", { line: fresh.error.line })}
          </button>
        </p>
      )}
      <div className="editor-body">
        {view === "canvas" && canEdit && <Palette subflow={file.subflow} onAdd={addFromPalette} />}
        <div className="editor-middle">
          {view !== "text" && (
            <div className="canvas-area panel">
              {finding && (
                <Finder
                  files={allFiles}
                  shown={fileName}
                  onFound={setFound}
                  onClose={() => setFinding(false)}
                  onGo={({ file: hitFile, step: name }) => {
                    if (hitFile === fileName) goTo(name);
                    else {
                      const opener = [...main.steps.values()].find((one) => {
                        const alias = one.raw["use"];
                        return typeof alias === "string" && usedFile(bundle.main, main.use.get(alias) ?? "") === hitFile;
                      });
                      openTrail(hitFile === bundle.main ? [] : [{ step: opener?.name ?? hitFile, file: hitFile }], name);
                    }
                  }}
                />
              )}
              <Canvas
                handle={canvas}
                label={t("canvas.label", { file: fileName, count: file.steps.size })}
                file={file}
                language={language}
                prompts={main.prompts}
                problems={problems}
                paint={painted}
                changes={null}
                selected={selected}
                current={current ?? (file.steps.has(file.start) ? file.start : ([...file.steps.keys()][0] ?? null))}
                found={found}
                path={path}
                editable={canEdit}
                opens={opens}
                onOpenFile={openFile}
                chosenExit={chosenExit}
                onSelect={select}
                onChooseExit={setChosenExit}
                onMoved={(places) => edit(fileName, (now) => moveSteps(now, places), "move")}
                onConnect={(from, name, to) => {
                  const exit = file.steps.get(from)?.exits.find((one) => one.name === name);
                  if (exit) edit(fileName, (now) => connect(now, from, exit, to));
                }}
                onDropExit={(from, name, place) => {
                  const exit = file.steps.get(from)?.exits.find((one) => one.name === name);
                  if (exit) setAdding({ from: { step: from, path: exit.path, name }, place });
                }}
                onDropKind={(kind, place) => add(kind, null, place)}
                onOpen={openForm}
              />
              {file.steps.size === 0 && fresh.readable && (
                <div className="canvas-empty">
                  <p>
                    <b>{t("canvas.empty")}</b>
                  </p>
                  <p className="quiet">{t("canvas.empty_text")}</p>
                </div>
              )}
              {painted?.what === "coverage" && draft.tested && !draft.tested.current && <span className="canvas-note mark plan-changed">{t("tests.outdated")}</span>}
              {calling && <CallDraft bundle={bundle} errors={errors} onClose={() => setCalling(false)} />}
            </div>
          )}
          {dock && (
            <Dock
              draft={draft}
              view={dock}
              onView={setDock}
              onGo={goToProblem}
              onLine={(problem) => showLine(problem.file, problem.line)}
              path={run}
              onPath={setRun}
              painted={paint === "coverage"}
              onPaint={(on) => onPaint(on ? "coverage" : "none")}
              onWriteTests={() => {
                const name = bundle.main.replace(/\.ya?ml$/, ".test.yaml");
                draft.addFile(name, t("tests.template", { main: bundle.main, start: main.start || "start" }));
                showLine(name, 1);
              }}
              onClose={() => setDock(null)}
            />
          )}
        </div>
        {view !== "canvas" && (
          <TextPane
            bundle={bundle}
            shown={shownText}
            problems={draft.problems}
            editable={editable}
            line={line}
            onLine={setLine}
            focus={lineFocus}
            lit={step && shownText === fileName && step.place.from > 0 ? step.place : null}
            onShow={(name) => setTextFile(name === fileName ? null : name)}
            onText={(next) => draft.setText(shownText, next)}
            onCaret={(at) => {
              if (shownText !== fileName) return;
              const here = [...file.steps.values()].find(({ place }) => place.from <= at && at <= place.to);
              if (here && here.name !== current) goTo(here.name);
            }}
          />
        )}
        {view !== "text" && (
          <aside className="form-panel panel" ref={panel} aria-label={t("form.title")}>
            {side}
          </aside>
        )}
      </div>
      <p className="unseen" role="status">
        {step ? `${step.name}, ${own.length > 0 ? t("canvas.errors", { count: own.length }) : ""}` : ""}
      </p>
      {adding && (
        <AddStepDialog
          subflow={file.subflow}
          from={adding.from?.name ?? null}
          onClose={() => setAdding(null)}
          onAdd={(kind) => {
            const { from, place } = adding;
            setAdding(null);
            if (from) add(kind, from, place);
            else addFromPalette(kind);
          }}
        />
      )}
      {newFile && (
        <NewFileDialog
          taken={[...Object.keys(bundle.files), ...Object.keys(bundle.tests)]}
          onClose={() => setNewFile(false)}
          onMake={(name) => {
            setNewFile(false);
            const alias = (name.split("/").at(-1) ?? name).replace(/\.ya?ml$/, "").replace(/[^a-z0-9_]/g, "_").replace(/^([^a-z])/, "s$1").slice(0, 32);
            if (edit(fileName, (now) => setTop(now, ["use", alias], name))) draft.addFile(usedFile(fileName, name), newSubflow(alias));
          }}
        />
      )}
    </div>
  );
}

