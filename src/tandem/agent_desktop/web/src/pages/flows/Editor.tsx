// The editor of a flow: canvas, form and text of one and the same document.

import { App } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { BundleProblem, CaseRun, FlowNumbers } from "../../generated/rest";
import { useLanguage } from "../../i18n";
import { useQueues } from "../../names";
import { Icon } from "../../ui/icons";
import { useAction } from "../../ui/useActions";
import { Canvas, type CanvasHandle, type ChosenExit } from "./canvas/Canvas";
import { useExitLabel } from "./canvas/StepNode";
import { usedFile } from "./document/flowFile";
import type { Exit, Kind } from "./document/kinds";
import { paintCoverage, paintNumbers, problemsOf } from "./document/overlay";
import type { Point } from "./document/places";
import { addItem, addStep, connect, copyStep, forgetLayout, moveSteps, newSubflow, removeSteps, renameStep, setField, setTop } from "./document/stepEdits";
import { firstTests } from "./document/testTemplate";
import { type Path, rename, same, swap } from "./document/yamlEdits";
import { type FormDesk, FormProvider } from "./forms/context";
import { FlowForm } from "./forms/FlowForm";
import { StepForm } from "./forms/StepForm";
import { CallDraft } from "./parts/CallDraft";
import { Dock } from "./parts/Dock";
import { EditorBar } from "./parts/EditorBar";
import { Finder } from "./parts/Finder";
import { NewFileDialog } from "./parts/NewFileDialog";
import { TextPane } from "./parts/TextPane";
import { AddStepDialog, Palette } from "./parts/Palette";
import { useFlowSpeech } from "./speech";
import { type FlowDraft, useReader } from "./useFlowDraft";
import { RecordingsProvider, useLoadedRecordings } from "./useRecordings";
import { type EditorPlace, useKept, useWhere } from "./useWhere";

export type PaintChoice = "none" | "coverage" | "numbers";

interface Adding {
  /** The exit that leads to the new step. */
  from: { step: string; path: Path; name: string } | null;
  place: Point | null;
}

const NONE: readonly BundleProblem[] = [];
export function Editor({
  draft,
  place,
  editable,
  numbers,
  paint,
  onPaint,
  onSave,
  jump,
  onJumped,
}: {
  draft: FlowDraft;
  place: EditorPlace;
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
  const [chosenExit, setChosenExit] = useState<ChosenExit | null>(null);
  const [dock, setDock] = useKept(place, "dock");
  const [finding, setFinding] = useState(false);
  const [found, setFound] = useState<ReadonlySet<string> | null>(null);
  const [adding, setAdding] = useState<Adding | null>(null);
  const labelOf = useExitLabel();
  const [newFile, setNewFile] = useState(false);
  const [calling, setCalling] = useState(false);
  const [run, setRun] = useState<CaseRun | null>(null);
  const canvas = useRef<CanvasHandle>(null);
  const panel = useRef<HTMLElement>(null);

  const { bundle, edit, main } = draft;
  const recordings = useLoadedRecordings();
  const where = useWhere(place, draft, readText, canvas);
  const { view, setView, trail, textFile, setTextFile, selected, current, fileName, fresh, file, pending, goTo, openTrail, fileOf, opens, openFile, goToFlat, showLine } = where;
  const canEdit = editable && fresh.readable;
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

  const select = useCallback(
    (steps: ReadonlySet<string>, last: string | null) => {
      where.select(steps, last);
      if (steps.size > 0) setChosenExit(null);
    },
    [where.select],
  );

  useEffect(() => {
    if (jump === null) return;
    goToFlat(jump);
    onJumped();
  }, [jump, goToFlat, onJumped]);

  const goToProblem = (problem: BundleProblem) => {
    if (problem.step !== "") goToFlat(problem.step);
    else showLine(problem.file, problem.line);
  };

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
  /** As the canvas calls it. */
  const exitOf = (from: NonNullable<Adding["from"]>): string => {
    const exit = file.steps.get(from.step)?.exits.find((one) => same(one.path as never, from.path as never));
    return (exit && labelOf(exit)) || from.name;
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
      renameTop: (at, name) => void edit(fileName, (now) => rename(now.text, at, name)),
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
      <RecordingsProvider value={recordings}>
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
      </RecordingsProvider>
    ),
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [form, recordings, selected, chosenExit, own, problems, exits, used, bundle.files, trail, lang],
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
                picture={[fileName, ...trail.map((one) => one.step)].join("/")}
                viewports={place.viewports}
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
                draft.addFile(name, firstTests(main, bundle.main, language, { head: t("tests.template_head"), silent: t("tests.template_silent"), pressed: (key, label) => t("tests.template_pressed", { key, label }) }));
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
            line={where.line}
            onLine={where.setLine}
            focus={where.lineFocus}
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
          from={adding.from && exitOf(adding.from)}
          onClose={() => setAdding(null)}
          onAdd={(kind) => {
            const { from, place } = adding;
            setAdding(null);
            if (from) add(kind, from, place);
            else addFromPalette(kind);
            // The dialog gives the keyboard back to where it was: the new step takes it after that.
            const made = pending.current;
            if (made !== null) requestAnimationFrame(() => canvas.current?.goTo(made));
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

