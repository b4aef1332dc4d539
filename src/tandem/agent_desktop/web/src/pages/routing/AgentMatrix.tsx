// Agents x skills with proficiency 1 to 5. Only what is in sight is drawn: 5,000 agents x 200 skills cost the same as 5.

import { Input, Select } from "antd";
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { FormEdit } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { Name, Nothing } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { type AgentForm, type PlanForm, skillsOf, nextOutbound } from "./form";

/** As in routing.css. */
const ROW_PX = 30;
const CELL_PX = 62;
const NAME_PX = 220;
const HEAD_PX = 46;
const SPARE = 4;
const collator = new Intl.Collator(undefined, { numeric: true });
const SKILL = /^[A-Za-z0-9_][\w.-]*(:[\w.-]+)?$/;
const LOGIN = /^[A-Za-z0-9._-]{1,64}$/;

interface Cell {
  row: number;
  column: number;
}

function useView() {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, left: 0, width: 1000, height: 600 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () =>
      setView({ top: element.scrollTop, left: element.scrollLeft, width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  return { ref, ...view };
}

const MOVES: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-15, 0],
  PageDown: [15, 0],
};

function Add({ label, pattern, onAdd }: { label: string; pattern: RegExp; onAdd: (text: string) => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState("");
  const good = pattern.test(text.trim());
  return (
    <Input
      className="matrix-add"
      size="small"
      value={text}
      placeholder={label}
      aria-label={label}
      status={text && !good ? "error" : ""}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={() => {
        if (!good) return;
        onAdd(text.trim());
        setText("");
      }}
      suffix={
        <button
          type="button"
          className="icon-button"
          aria-label={t("matrix.add")}
          disabled={!good}
          onClick={() => {
            onAdd(text.trim());
            setText("");
          }}
        >
          <Icon name="plus" size={12} />
        </button>
      }
    />
  );
}

export function AgentMatrix({ form, edit }: { form: PlanForm; edit: (edits: readonly FormEdit[]) => void }) {
  const { t } = useSpeech();
  const [search, setSearch] = useState("");
  const [only, setOnly] = useState<string | null>(null);
  const [added, setAdded] = useState<readonly string[]>([]);
  const [at, setAt] = useState<Cell>({ row: 0, column: 0 });
  const focusCell = useRef(false);
  const { ref, top, left, width, height } = useView();

  const known = useMemo(() => skillsOf(form), [form]);
  const skills = useMemo(() => [...new Set([...known, ...added])].sort(), [known, added]);
  const rows = useMemo(() => {
    const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return Object.entries(form.agents ?? {})
      .filter(([login, agent]) => {
        if (only !== null && !agent.skills?.[only]) return false;
        const text = `${login} ${agent.team ?? ""} ${agent.site ?? ""} ${Object.keys(agent.skills ?? {}).join(" ")}`;
        return words.every((word) => text.toLocaleLowerCase().includes(word));
      })
      .sort(([a], [b]) => collator.compare(a, b));
  }, [form, search, only]);

  const set = (login: string, skill: string, level: number) =>
    edit([{ path: ["agents", login, "skills", skill], value: level === 0 ? null : level }]);
  const count = Object.keys(form.agents ?? {}).length;

  const firstRow = Math.max(0, Math.floor(top / ROW_PX) - SPARE);
  const lastRow = Math.min(rows.length, Math.ceil((top + height) / ROW_PX) + SPARE);
  const firstColumn = Math.max(0, Math.floor(left / CELL_PX) - SPARE);
  const lastColumn = Math.min(skills.length, Math.ceil((left + width - NAME_PX) / CELL_PX) + SPARE);
  const columns = skills.slice(firstColumn, lastColumn);

  useEffect(() => {
    const element = ref.current;
    if (!focusCell.current || !element) return;
    focusCell.current = false;
    const up = at.row * ROW_PX;
    const across = at.column * CELL_PX;
    if (up < element.scrollTop) element.scrollTop = up;
    const bottom = up + ROW_PX + HEAD_PX - element.clientHeight;
    if (bottom > element.scrollTop) element.scrollTop = bottom;
    if (across < element.scrollLeft) element.scrollLeft = across;
    const right = across + CELL_PX + NAME_PX - element.clientWidth;
    if (right > element.scrollLeft) element.scrollLeft = right;
    requestAnimationFrame(() => {
      element.querySelector<HTMLElement>(`[data-cell="${at.row}-${at.column}"]`)?.focus({ preventScroll: true });
    });
  }, [at, ref]);

  const onKeyDown = (event: KeyboardEvent) => {
    const cell = (event.target as HTMLElement).dataset["cell"];
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row = 0, column = 0] = cell.split("-").map(Number);
    const login = rows[row]?.[0];
    const skill = skills[column];
    const move = MOVES[event.key];
    const level = event.key === "Delete" || event.key === "Backspace" ? 0 : /^[0-5]$/.test(event.key) ? Number(event.key) : null;
    if (move) {
      event.preventDefault();
      focusCell.current = true;
      setAt({
        row: Math.min(rows.length - 1, Math.max(0, row + move[0])),
        column: Math.min(skills.length - 1, Math.max(0, column + move[1])),
      });
    } else if (level !== null && login !== undefined && skill !== undefined) {
      event.preventDefault();
      set(login, skill, level);
    }
  };

  const space = { width: NAME_PX + skills.length * CELL_PX };
  return (
    <section className="panel matrix-panel fill">
      <header className="filters">
        <SearchField value={search} label={t("matrix.filter")} onChange={setSearch} />
        <Select
          className="filter-select"
          allowClear
          showSearch
          placeholder={t("matrix.only")}
          aria-label={t("matrix.only")}
          value={only}
          onChange={(value?: string) => setOnly(value ?? null)}
          options={skills.map((skill) => ({ value: skill, label: skill }))}
        />
        <span className="quiet num" role="status">
          {t("matrix.count", { count: rows.length, all: count })}
        </span>
        <span className="filter-end matrix-adds">
          <Add label={t("matrix.add_agent")} pattern={LOGIN} onAdd={(login) => edit([{ path: ["agents", login], value: form.agents?.[login] ?? { skills: {} } }])} />
          <Add label={t("matrix.add_skill")} pattern={SKILL} onAdd={(skill) => setAdded([...added, skill])} />
        </span>
      </header>
      <div className="matrix" role="grid" aria-label={t("plan.view_agents")} aria-rowcount={rows.length} ref={ref} onKeyDown={onKeyDown} data-testid="matrix">
        <div className="matrix-head" role="row" style={space}>
          <div className="matrix-corner" role="columnheader">
            {t("col.agent")}
          </div>
          {columns.map((skill, index) => (
            <div
              key={skill}
              role="columnheader"
              className="matrix-skill"
              style={{ left: NAME_PX + (firstColumn + index) * CELL_PX }}
              title={skill}
            >
              <span className="quiet">{skill.includes(":") ? skill.slice(0, skill.indexOf(":")) : ""}</span>
              <b>{skill.slice(skill.indexOf(":") + 1)}</b>
            </div>
          ))}
        </div>
        {rows.length === 0 ? (
          <div className="grid-empty">
            <Nothing icon={count === 0 ? "users" : "search"} title={t(count === 0 ? "matrix.none" : "board.no_match")}>
              {count === 0 ? (
                t("matrix.none_text")
              ) : (
                <button type="button" className="link" onClick={() => (setSearch(""), setOnly(null))}>
                  {t("board.clear")}
                </button>
              )}
            </Nothing>
          </div>
        ) : (
          <div className="matrix-body" style={{ ...space, height: rows.length * ROW_PX }}>
            {rows.slice(firstRow, lastRow).map(([login, agent], index) => (
              <Row
                key={login}
                row={firstRow + index}
                login={login}
                agent={agent}
                columns={columns}
                firstColumn={firstColumn}
                at={at}
                onFocus={setAt}
                onSet={set}
                onOutbound={(value) => edit([{ path: ["agents", login, "outbound"], value }])}
              />
            ))}
          </div>
        )}
      </div>
      <p className="matrix-foot quiet small">{t("matrix.keys")}</p>
    </section>
  );
}

function Row({
  row,
  login,
  agent,
  columns,
  firstColumn,
  at,
  onFocus,
  onSet,
  onOutbound,
}: {
  row: number;
  login: string;
  agent: AgentForm;
  columns: readonly string[];
  firstColumn: number;
  at: Cell;
  onFocus: (cell: Cell) => void;
  onSet: (login: string, skill: string, level: number) => void;
  onOutbound: (value: true | "only" | null) => void;
}) {
  const { t } = useSpeech();
  const outbound = agent.outbound === "only" ? "only" : agent.outbound ? "blended" : "never";
  const about = [agent.team, agent.site].filter(Boolean).join(" · ");
  return (
    <div className="matrix-row" role="row" aria-rowindex={row + 1} style={{ top: row * ROW_PX }}>
      <div className="matrix-name" role="rowheader">
        <button
          type="button"
          className={`icon-button matrix-outbound outbound-${outbound}`}
          title={t(`matrix.outbound_${outbound}`)}
          aria-label={`${login}: ${t(`matrix.outbound_${outbound}`)}`}
          data-testid={`outbound-${login}`}
          data-outbound={outbound}
          onClick={() => onOutbound(nextOutbound(agent.outbound))}
        >
          <Icon name="megaphone" size={14} />
        </button>
        <b>
          <Name>{login}</Name>
        </b>
        {about && (
          <span className="quiet small">
            <Name>{about}</Name>
          </span>
        )}
      </div>
      {columns.map((skill, index) => {
        const column = firstColumn + index;
        const level = agent.skills?.[skill] ?? 0;
        const here = at.row === row && at.column === column;
        return (
          <button
            key={skill}
            type="button"
            role="gridcell"
            data-cell={`${row}-${column}`}
            className={`matrix-cell level-${level}`}
            style={{ left: NAME_PX + column * CELL_PX }}
            tabIndex={here ? 0 : -1}
            aria-label={t("matrix.cell", { login, skill, level })}
            onFocus={() => {
              if (!here) onFocus({ row, column });
            }}
            onClick={() => onSet(login, skill, (level + 1) % 6)}
            onContextMenu={(event) => {
              event.preventDefault();
              onSet(login, skill, (level + 5) % 6);
            }}
          >
            {level || "·"}
          </button>
        );
      })}
    </div>
  );
}

