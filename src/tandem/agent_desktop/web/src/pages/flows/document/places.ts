// Where the boxes of the steps stand: as the file says, else arranged from left to right. Pure.

import dagre from "@dagrejs/dagre";
import type { FileView } from "./flowFile";

export const NODE_PX = 248;
const HEAD_PX = 38;
const SAID_PX = 40;
const EXIT_PX = 22;
const FOOT_PX = 8;
const GAP_PX = 28;
/** The exact ranker takes seconds for more. */
const MOST_EXACT = 150;

export interface Point {
  x: number;
  y: number;
}

export function heightOf(exits: number, said: boolean): number {
  return HEAD_PX + (said ? SAID_PX : 0) + exits * EXIT_PX + (exits > 0 ? FOOT_PX : 0);
}

/** The middle of an exit's handle, from the top of the box. */
export function exitTop(index: number, said: boolean): number {
  return HEAD_PX + (said ? SAID_PX : 0) + index * EXIT_PX + EXIT_PX / 2;
}

export interface Box {
  name: string;
  height: number;
  /** Targets in the order of the exits. */
  to: readonly string[];
}

export function arrange(boxes: readonly Box[]): Map<string, Point> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 26, ranksep: 96, marginx: 24, marginy: 24, ranker: boxes.length > MOST_EXACT ? "longest-path" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(boxes.map((box) => box.name));
  for (const box of boxes) graph.setNode(box.name, { width: NODE_PX, height: box.height });
  for (const box of boxes) {
    for (const to of new Set(box.to)) if (known.has(to) && to !== box.name) graph.setEdge(box.name, to);
  }
  dagre.layout(graph);
  const places = new Map<string, Point>();
  for (const box of boxes) {
    const { x, y } = graph.node(box.name) as Point;
    places.set(box.name, { x: Math.round(x - NODE_PX / 2), y: Math.round(y - box.height / 2) });
  }
  return places;
}

/** A free place for a box of this height, right of where one would like it, or below. */
export function freePlace(taken: readonly (Point & { height: number })[], wanted: Point, height: number): Point {
  const place = { ...wanted };
  for (let tries = 0; tries < 200; tries += 1) {
    const hit = taken.find((box) => place.x < box.x + NODE_PX + GAP_PX / 2 && box.x < place.x + NODE_PX + GAP_PX / 2 && place.y < box.y + box.height + GAP_PX / 2 && box.y < place.y + height + GAP_PX / 2);
    if (!hit) return place;
    place.y = Math.round(hit.y + hit.height + GAP_PX);
  }
  return place;
}

/** All boxes: stored places first; what has none is put right of the step that leads to it. */
export function placesOf(stored: FileView["layout"], boxes: readonly Box[]): Map<string, Point> {
  if (!boxes.some((box) => stored.has(box.name))) return arrange(boxes);
  const places = new Map<string, Point>();
  const taken: (Point & { height: number })[] = [];
  const put = (box: Box, point: Point) => {
    places.set(box.name, point);
    taken.push({ ...point, height: box.height });
  };
  for (const box of boxes) {
    const known = stored.get(box.name);
    if (known) put(box, { x: known[0], y: known[1] });
  }
  const missing = boxes.filter((box) => !places.has(box.name));
  const leadsTo = (name: string) => boxes.find((box) => box.to.includes(name) && places.has(box.name));
  for (const box of missing) {
    const from = leadsTo(box.name);
    const origin = from ? places.get(from.name) : undefined;
    put(box, freePlace(taken, origin ? { x: origin.x + NODE_PX + 96, y: origin.y } : { x: 24, y: 24 }, box.height));
  }
  return places;
}

/** The box that lies nearest in a direction: what lies straight ahead is preferred to what lies aside. */
export function neighbour(places: ReadonlyMap<string, Point>, from: string, direction: "left" | "right" | "up" | "down"): string | null {
  const origin = places.get(from);
  if (!origin) return null;
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [name, { x, y }] of places) {
    if (name === from) continue;
    const dx = x - origin.x;
    const dy = y - origin.y;
    const [ahead, aside] = direction === "right" ? [dx, dy] : direction === "left" ? [-dx, dy] : direction === "down" ? [dy, dx] : [-dy, dx];
    if (ahead <= 4 || Math.abs(aside) > ahead * 4) continue;
    const distance = ahead + Math.abs(aside) * 2;
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}
