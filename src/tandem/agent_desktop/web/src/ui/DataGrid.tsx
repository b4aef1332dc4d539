// A dense table of rows of one height that only draws what is in sight: 5 rows or 5,000 cost the same.

import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useSpeech } from "../i18n";
import { Icon } from "./icons";
import { useClientSize } from "./useClientSize";

export interface Column<Row> {
  key: string;
  title: string;
  /** A grid track: `120px`, `minmax(120px, 1.5fr)`. */
  width: string;
  align?: "right";
  /** Left out where the grid is narrower, in pixels: what is more important keeps its room. */
  from_px?: number;
  render(row: Row): ReactNode;
  /** Sortable when given. */
  compare?(a: Row, b: Row): number;
}

export interface Sort {
  key: string;
  down: boolean;
}

const ROW_PX = 34;
const SPARE_ROWS = 8;
/** Near enough to the end to ask for more. */
const END_PX = 400;

export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): Row[] {
  const compare = columns.find((column) => column.key === sort?.key)?.compare;
  if (!sort || !compare) return [...rows];
  // Array.prototype.sort is stable: rows that are equal keep their order, so nothing jumps for no reason.
  return [...rows].sort((a, b) => (sort.down ? compare(b, a) : compare(a, b)));
}

function useViewport() {
  const ref = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  return { ref, top, setTop, ...useClientSize(ref) };
}

export function DataGrid<Row>({
  columns: all,
  rows,
  rowKey,
  label,
  testId,
  sort = null,
  onSort,
  onOpen,
  onEnd,
  isOpen,
  empty,
  foot,
  rowPx = ROW_PX,
}: {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey(row: Row): string;
  label: string;
  testId?: string;
  sort?: Sort | null;
  onSort?(sort: Sort): void;
  onOpen?(row: Row): void;
  onEnd?(): void;
  isOpen?(row: Row): boolean;
  empty: ReactNode;
  foot?: ReactNode;
  /** Height of each row. */
  rowPx?: number;
}) {
  const { t } = useSpeech();
  const { ref, top, width, height, setTop } = useViewport();
  const columns = useMemo(() => all.filter((column) => width >= (column.from_px ?? 0)), [all, width]);
  const sorted = useMemo(() => sortRows(rows, all, sort), [rows, all, sort]);
  const tracks = { gridTemplateColumns: columns.map((column) => column.width).join(" ") };
  const from = Math.max(0, Math.floor(top / rowPx) - SPARE_ROWS);
  const to = Math.min(sorted.length, Math.ceil((top + height) / rowPx) + SPARE_ROWS);

  const nearEnd = top + height > sorted.length * rowPx - END_PX;
  const ended = useRef(onEnd);
  useEffect(() => {
    ended.current = onEnd;
  });
  useEffect(() => {
    if (nearEnd) ended.current?.();
  }, [nearEnd, sorted.length]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const current = document.activeElement?.closest<HTMLElement>("[data-row]");
    if (!current) return;
    event.preventDefault();
    const next = event.key === "ArrowDown" ? current.nextElementSibling : current.previousElementSibling;
    if (next instanceof HTMLElement && next.dataset["row"]) next.focus();
  };

  return (
    <div className="grid" role="table" aria-label={label} aria-rowcount={sorted.length + 1} data-testid={testId}>
      <div className="grid-scroll" ref={ref} onScroll={(event) => setTop(event.currentTarget.scrollTop)} tabIndex={onOpen ? -1 : 0}>
        <div className="grid-head" role="row" aria-rowindex={1} style={tracks}>
          {columns.map((column) => {
            const on = sort?.key === column.key;
            return (
              <div
                key={column.key}
                role="columnheader"
                className={column.align === "right" ? "right" : undefined}
                aria-sort={on ? (sort.down ? "descending" : "ascending") : undefined}
              >
                {column.compare && onSort ? (
                  <button
                    type="button"
                    className={on ? "sort on" : "sort"}
                    aria-label={t("board.sort", { column: column.title })}
                    onClick={() => onSort({ key: column.key, down: on ? !sort.down : false })}
                  >
                    {column.title}
                    {on && <Icon name={sort.down ? "down" : "up"} size={11} />}
                  </button>
                ) : (
                  column.title
                )}
              </div>
            );
          })}
        </div>
        {sorted.length === 0 ? (
          <div className="grid-empty">{empty}</div>
        ) : (
          <div className="grid-body" role="rowgroup" style={{ height: sorted.length * rowPx }} onKeyDown={onKeyDown}>
            <div style={{ transform: `translateY(${from * rowPx}px)` }}>
              {sorted.slice(from, to).map((row, index) => (
                <div
                  key={rowKey(row)}
                  role="row"
                  aria-rowindex={from + index + 2}
                  aria-selected={isOpen?.(row)}
                  data-row={rowKey(row)}
                  className={`grid-row ${onOpen ? "can-open" : ""} ${isOpen?.(row) ? "is-open" : ""}`}
                  style={rowPx === ROW_PX ? tracks : { ...tracks, height: rowPx }}
                  tabIndex={onOpen ? 0 : undefined}
                  onClick={onOpen ? () => onOpen(row) : undefined}
                  onKeyDown={
                    onOpen
                      ? (event) => {
                          if (event.key === "Enter") onOpen(row);
                        }
                      : undefined
                  }
                >
                  {columns.map((column) => (
                    <div key={column.key} role="cell" className={column.align === "right" ? "right" : undefined}>
                      {column.render(row)}
                    </div>
                  ))}
                </div>
              ))}
            </div>
          </div>
        )}
        {foot}
      </div>
    </div>
  );
}
