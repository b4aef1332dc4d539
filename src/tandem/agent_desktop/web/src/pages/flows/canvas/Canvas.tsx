// The canvas: boxes and lines of one file, moved, connected and chosen by mouse or keyboard.

import { Background, BackgroundVariant, type Connection, Controls, MiniMap, type NodeChange, ReactFlow, ReactFlowProvider, SelectionMode, type Viewport, useReactFlow } from "@xyflow/react";
import { type KeyboardEvent, type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { useThemeName } from "../../../ui/theme";
import { readingOrder } from "../document/flowFile";
import { type Kind, isKind, kinds } from "../document/kinds";
import { NODE_PX, type Point, neighbour, placesOf } from "../document/places";
import { useFlowSpeech } from "../speech";
import { ExitEdge } from "./ExitEdge";
import { StepNode, type StepNodeType } from "./StepNode";
import { type Shown, boxesOf, edgesOf, nodesOf, wordsFor } from "./boxes";

const nodeTypes = { step: StepNode };
const edgeTypes = { exit: ExitEdge };
/** Above this many boxes, only those in sight are in the document. */
const MOST_DRAWN = 120;
const MARGIN_PX = 36;
/** Smaller than this, nothing can be read. */
const LEAST_ZOOM = 0.5;
const LEAST_WHOLE_ZOOM = 0.2;
const FIRST_ZOOM = 0.72;
export const DRAG_TYPE = "application/x-tandem-step";

export interface CanvasHandle {
  /** Brings a step into sight and gives it the keyboard. */
  goTo(step: string, options?: { focus?: boolean }): void;
  fit(): void;
  /** A free place for a new box: beside a step, else in the middle of what is seen. */
  placeFor(step: string | null): Point;
}

export interface ChosenExit {
  step: string;
  exit: string;
}

type Properties = Omit<Shown, "places"> & {
  chosenExit: ChosenExit | null;
  onSelect: (steps: ReadonlySet<string>, last: string | null) => void;
  onChooseExit: (exit: ChosenExit | null) => void;
  onMoved: (places: ReadonlyMap<string, readonly [number, number]>) => void;
  onConnect: (step: string, exit: string, to: string) => void;
  /** A line was let go over empty canvas, or a kind was dropped there. */
  onDropExit: (step: string, exit: string, place: Point) => void;
  onDropKind: (kind: Kind, place: Point) => void;
  onOpen: (step: string) => void;
  label: string;
  /** All of it is shown first, even when that is small. */
  whole?: boolean;
  handle?: Ref<CanvasHandle>;
  /** Which picture it is: another one is shown from its beginning. */
  picture?: string;
  /** What was last seen of each picture; written when it is left. */
  viewports?: Map<string, Viewport>;
};

const directions: Record<string, "left" | "right" | "up" | "down"> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

function Inner({ chosenExit, onSelect, onChooseExit, onMoved, onConnect, onDropExit, onDropKind, onOpen, label, whole = false, handle, picture: named, viewports, ...shown }: Properties) {
  const { t } = useFlowSpeech();
  const theme = useThemeName();
  const flow = useReactFlow();
  const area = useRef<HTMLDivElement>(null);
  const leaving = useRef(false);
  const [dragged, setDragged] = useState<ReadonlyMap<string, Point> | null>(null);
  const known = useRef(new Map<string, StepNodeType>());

  const { file, problems, paint, changes, selected, current, found, path, editable, opens, onOpenFile } = shown;
  const order = useMemo(() => readingOrder(file), [file]);
  const words = useMemo(() => wordsFor(file, shown.prompts, shown.language), [file, shown.prompts, shown.language]);
  const boxes = useMemo(() => boxesOf(file, words, order), [file, words, order]);
  const arranged = useRef<{ key: string; places: Map<string, Point> }>({ key: "", places: new Map() });
  const settled = useMemo(() => {
    // What is typed into a field does not move the boxes: arranging depends on names, sizes and lines only.
    const key = JSON.stringify([[...file.layout], boxes]);
    if (arranged.current.key !== key) arranged.current = { key, places: placesOf(file.layout, boxes) };
    return arranged.current.places;
  }, [file.layout, boxes]);
  const places = useMemo(() => (dragged ? new Map([...settled, ...dragged]) : settled), [settled, dragged]);
  const nodes = useMemo(
    () => nodesOf({ file, places, problems, paint, changes, selected, current, found, path, editable, opens, onOpenFile }, words, boxes, known.current),
    [file, places, problems, paint, changes, selected, current, found, path, editable, opens, onOpenFile, words, boxes],
  );
  const edges = useMemo(() => edgesOf({ file, paint, changes, path }, chosenExit), [file, paint, changes, path, chosenExit]);
  const heights = useMemo(() => new Map(boxes.map((box) => [box.name, box.height])), [boxes]);

  const goTo = useCallback(
    (step: string, { focus = true }: { focus?: boolean } = {}) => {
      const place = settled.get(step);
      const box = area.current?.getBoundingClientRect();
      if (!place || !box) return;
      const height = heights.get(step) ?? 100;
      const { x, y, zoom } = flow.getViewport();
      const left = place.x * zoom + x;
      const top = place.y * zoom + y;
      const outside = left < 12 || top < 12 || left + NODE_PX * zoom > box.width - 12 || top + height * zoom > box.height - 12;
      if (outside || zoom < 0.45) void flow.setCenter(place.x + NODE_PX / 2, place.y + height / 2, { zoom: Math.max(zoom, 0.7) });
      if (!focus) return;
      // A box that was out of sight is in the document after the next frames only.
      const tryFocus = (left_: number) => {
        const element = document.getElementById(`step-${step}`);
        if (element) element.focus({ preventScroll: true });
        else if (left_ > 0) requestAnimationFrame(() => tryFocus(left_ - 1));
      };
      requestAnimationFrame(() => tryFocus(6));
    },
    [flow, settled, heights],
  );

  useImperativeHandle(
    handle,
    () => ({
      goTo,
      fit: () => void flow.fitView({ padding: 0.12, maxZoom: 1 }),
      placeFor: (step) => {
        const beside = step === null ? undefined : settled.get(step);
        const box = area.current?.getBoundingClientRect();
        const wanted = beside ? { x: beside.x + NODE_PX + 96, y: beside.y } : flow.screenToFlowPosition({ x: (box?.left ?? 0) + (box?.width ?? 0) / 2 - 120, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 - 60 });
        const place = { x: Math.round(wanted.x), y: Math.round(wanted.y) };
        const near = [...settled].map(([name, at]) => ({ ...at, height: heights.get(name) ?? 100 }));
        for (let tries = 0; tries < 80; tries += 1) {
          const hit = near.find((one) => Math.abs(one.x - place.x) < NODE_PX + 14 && place.y < one.y + one.height + 14 && one.y < place.y + 134);
          if (!hit) break;
          place.y = hit.y + hit.height + 28;
        }
        return place;
      },
    }),
    [flow, goTo, settled, heights],
  );

  // Another file is another picture: all of it, or its beginning where all of it would be too small to read.
  const show = useCallback(() => {
    const box = area.current?.getBoundingClientRect();
    const [changed] = changes?.keys() ?? [];
    const start = settled.get(changed ?? file.start) ?? [...settled.values()][0];
    if (!box || !start || box.width === 0) return;
    const corners = [...settled].flatMap(([name, at]) => [at, { x: at.x + NODE_PX, y: at.y + (heights.get(name) ?? 100) }]);
    const xs = corners.map(({ x }) => x);
    const ys = corners.map(({ y }) => y);
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [wide, high] = [Math.max(...xs) - left, Math.max(...ys) - top];
    const zoom = Math.min(1, (box.width - 2 * MARGIN_PX) / wide, (box.height - 2 * MARGIN_PX) / high);
    if (zoom >= (whole ? LEAST_WHOLE_ZOOM : LEAST_ZOOM)) void flow.setViewport({ x: (box.width - wide * zoom) / 2 - left * zoom, y: (box.height - high * zoom) / 2 - top * zoom, zoom });
    else void flow.setViewport({ x: (changed ? box.width / 3 : MARGIN_PX) - start.x * FIRST_ZOOM, y: box.height / 2 - (start.y + 60) * FIRST_ZOOM, zoom: FIRST_ZOOM });
  }, [flow, settled, heights, file.start, whole, changes]);
  const fitted = useRef("");
  const picture = `${named ?? label.replace(/\d+/g, "")}/${file.steps.size > 0}`;
  useEffect(() => {
    if (fitted.current === picture) return;
    const frame = requestAnimationFrame(() => {
      fitted.current = picture;
      const seen = viewports?.get(picture);
      if (seen) void flow.setViewport(seen);
      else show();
    });
    return () => cancelAnimationFrame(frame);
  }, [picture, show, flow, viewports]);
  useEffect(
    () => () => {
      if (fitted.current === picture) viewports?.set(picture, flow.getViewport());
    },
    [picture, flow, viewports],
  );

  // When the tests open below it, what was in the middle stays there.
  useEffect(() => {
    const box = area.current;
    if (!box) return;
    let high = box.clientHeight;
    const observer = new ResizeObserver(() => {
      const now = box.clientHeight;
      if (now === high || now === 0) return;
      const { x, y, zoom } = flow.getViewport();
      if (high > 0 && fitted.current !== "") void flow.setViewport({ x, y: y + (now - high) / 2, zoom });
      high = now;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [flow]);

  const onNodesChange = (changes: NodeChange<StepNodeType>[]) => {
    const moved = changes.flatMap((change) => (change.type === "position" && change.position && change.dragging ? [[change.id, change.position] as const] : []));
    if (moved.length > 0) setDragged((old) => new Map([...(old ?? []), ...moved]));
    const selects = changes.flatMap((change) => (change.type === "select" ? [change] : []));
    if (selects.length === 0) return;
    const next = new Set(shown.selected);
    for (const { id, selected } of selects) {
      if (selected) next.add(id);
      else next.delete(id);
    }
    // Nothing chosen any more: React Flow says so after a click on the empty canvas.
    const kept = shown.current !== null && next.has(shown.current) ? shown.current : ([...next].at(-1) ?? null);
    const last = selects.filter((change) => change.selected).at(-1)?.id ?? kept;
    onSelect(next, last);
  };

  const dropped = () => {
    if (!dragged) return;
    // The first box that is moved fixes all of them: what was arranged by itself stays as it was seen.
    const all = file.layout.size === 0 ? new Map([...settled, ...dragged]) : dragged;
    onMoved(new Map([...all].map(([name, { x, y }]) => [name, [x, y] as const])));
    setDragged(null);
  };

  const step = (name: string | null | undefined) => {
    if (!name) return false;
    onSelect(new Set([name]), name);
    goTo(name);
    return true;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || !event.target.classList.contains("step-box")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target.dataset["step"] ?? "";
    const direction = directions[event.key];
    if (direction) {
      event.preventDefault();
      event.stopPropagation();
      step(neighbour(places, at, direction));
    } else if (event.key === "Tab" && !leaving.current) {
      const index = order.indexOf(at) + (event.shiftKey ? -1 : 1);
      if (step(order[index])) event.preventDefault();
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      step(event.key === "Home" ? order[0] : order.at(-1));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      onSelect(new Set([at]), at);
      onOpen(at);
    }
    // Esc first, then Tab leaves the canvas: the keyboard is not caught.
    leaving.current = event.key === "Escape";
  };

  return (
    <div
      ref={area}
      className="flow-canvas"
      role="application"
      aria-label={label}
      aria-describedby="canvas-keys"
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      }}
      onDrop={(event) => {
        const kind = event.dataTransfer.getData(DRAG_TYPE);
        if (!isKind(kind)) return;
        event.preventDefault();
        const { x, y } = flow.screenToFlowPosition({ x: event.clientX - 60, y: event.clientY - 18 });
        onDropKind(kind, { x: Math.round(x), y: Math.round(y) });
      }}
    >
      <p id="canvas-keys" className="unseen">
        {t("canvas.keys")}
      </p>
      <ReactFlow<StepNodeType, ReturnType<typeof edgesOf>[number]>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        colorMode={theme}
        onNodesChange={onNodesChange}
        onNodeDragStop={dropped}
        onSelectionDragStop={dropped}
        onNodeClick={() => onChooseExit(null)}
        onNodeDoubleClick={(_, node) => (shown.opens(node.id) ? shown.onOpenFile(node.id) : onOpen(node.id))}
        onEdgeClick={(_, edge) => onChooseExit({ step: edge.source, exit: edge.sourceHandle ?? "" })}
        onPaneClick={() => {
          onChooseExit(null);
          onSelect(new Set(), null);
        }}
        onConnect={({ source, sourceHandle, target }: Connection) => {
          if (sourceHandle) onConnect(source, sourceHandle, target);
        }}
        onConnectEnd={(event, state) => {
          if (state.isValid || state.toNode || !state.fromNode || state.fromHandle?.type !== "source") return;
          const point = "changedTouches" in event ? event.changedTouches[0] : event;
          if (!point) return;
          const { x, y } = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY - 18 });
          onDropExit(state.fromNode.id, state.fromHandle.id ?? "", { x: Math.round(x), y: Math.round(y) });
        }}
        isValidConnection={({ targetHandle }) => targetHandle === "in"}
        connectionRadius={28}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Meta", "Control"]}
        selectionMode={SelectionMode.Partial}
        onlyRenderVisibleElements={boxes.length > MOST_DRAWN}
        minZoom={0.08}
        maxZoom={1.8}
        nodeDragThreshold={3}
        zoomOnDoubleClick={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <Controls showInteractive={false} fitViewOptions={{ padding: 0.12, maxZoom: 1 }} />
        {boxes.length > 3 && (
          <MiniMap
            style={{ width: 150, height: 100 }}
            pannable
            zoomable
            ariaLabel={t("canvas.map")}
            nodeClassName={(node) => {
              const data = (node as StepNodeType).data;
              const family = isKind(data.kind) ? kinds[data.kind].family : "end";
              return data.errors > 0 ? "map-error" : `map-${family}`;
            }}
            nodeBorderRadius={6}
          />
        )}
      </ReactFlow>
    </div>
  );
}

export function Canvas(properties: Properties) {
  return (
    <ReactFlowProvider>
      <Inner {...properties} />
    </ReactFlowProvider>
  );
}
