// When agents are expected at work: the shifts on the left, one of them on the right.

import { Button, Input } from "antd";
import { type Ref, useEffect, useMemo, useRef, useState } from "react";
import { useSpeech } from "../../i18n";
import { Name, Nothing } from "../../ui/bits";
import { type Column, DataGrid } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { ShiftEditor, type ShiftProps } from "./ShiftEditor";
import { useTurnWords } from "./ShiftWeek";
import { type Crew, added, crewsOf, mayBeCalled, problemsAt } from "./shifts";
import { minutesOf, readWeek, turnsOf } from "./week";

const FIRST = "day";
const ROW_PX = 50;
const NOBODY: Crew = { own: [], logins: [] };

interface Line {
  name: string;
  times: string;
  hours: number;
  agents: number;
  worst: "error" | "warning" | null;
}

function NoShifts({ onFirst, ref }: { onFirst: () => void; ref: Ref<HTMLElement> }) {
  const { t } = useSpeech();
  return (
    <section ref={ref} className="panel fill" data-testid="no-shifts">
      <Nothing icon="clock" title={t("shifts.none")}>
        <p>{t("shifts.none_text")}</p>
        <ul className="shift-uses">
          <li>{t("shifts.none_campaigns")}</li>
          <li>{t("shifts.none_forecast")}</li>
          <li>{t("shifts.none_board")}</li>
        </ul>
        <p>{t("shifts.none_forced")}</p>
        <Button type="primary" icon={<Icon name="plus" size={14} />} onClick={onFirst} data-testid="shift-first">
          {t("shifts.first")}
        </Button>
      </Nothing>
    </section>
  );
}

export function ShiftForms(props: ShiftProps) {
  const { form, edit, problems } = props;
  const { t, lang } = useSpeech();
  const words = useTurnWords();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<{ name: string; isNew: boolean; key: string } | null>(null);
  const [adding, setAdding] = useState("");
  const list = useRef<HTMLElement>(null);
  const removed = useRef(false);
  useEffect(() => {
    if (!removed.current) return;
    removed.current = false;
    // The keyboard goes to the shift that is now open; where none is in sight, to what finds or makes one.
    const to = list.current?.querySelector<HTMLElement>(".is-open") ?? list.current?.querySelector<HTMLElement>("input, button");
    to?.focus();
  });
  const crews = useMemo(() => crewsOf(form), [form]);
  const lines = useMemo(() => {
    const wanted = search.trim().toLocaleLowerCase();
    const found = (text: string) => text.toLocaleLowerCase().includes(wanted);
    return Object.entries(form.shifts ?? {})
      .filter(([name, shift]) => found(name) || shift.teams?.some(found) || crews.of.get(name)?.logins.some(found))
      .map(([name, shift]): Line => {
        const week = readWeek(shift.weekly) ?? [];
        const own = problemsAt(problems, ["shifts", name]);
        return {
          name,
          times: turnsOf(week).map(words.turn).join(lang === "zh" ? "；" : "; "),
          hours: Math.round(minutesOf(week) / 6) / 10,
          agents: crews.of.get(name)?.logins.length ?? 0,
          worst: own.some((problem) => problem.severity === "error") ? "error" : own.length > 0 ? "warning" : null,
        };
      });
  }, [form, crews, problems, search, words, lang]);
  const columns = useMemo<Column<Line>[]>(
    () => [
      {
        key: "name",
        title: t("plan.view_shifts"),
        width: "minmax(84px, 1fr)",
        render: (line) => (
          <span className="shift-line">
            <span className="cell-line">
              <b>
                <Name>{line.name}</Name>
              </b>
              {line.worst && (
                <span className={`problem-${line.worst}`}>
                  <Icon name="alert" size={13} />
                </span>
              )}
            </span>
            <span className="quiet small cut" title={line.times}>
              {line.times || t("shifts.no_times")}
            </span>
          </span>
        ),
      },
      {
        key: "agents",
        title: t("shifts.agents"),
        width: "64px",
        align: "right",
        render: (line) => (
          <span className="shift-line">
            <span className="num">{line.agents}</span>
            <span className="quiet small num" title={t("shifts.hours_week")}>
              {t("shifts.hours", { hours: line.hours })}
            </span>
          </span>
        ),
      },
    ],
    [t],
  );
  const add = (name: string) => {
    edit(added(form, name));
    setSearch("");
    setChosen({ name, isNew: false, key: name });
    setAdding("");
  };
  if (Object.keys(form.shifts ?? {}).length === 0) return <NoShifts ref={list} onFirst={() => add(FIRST)} />;
  const current = chosen !== null && form.shifts?.[chosen.name] ? chosen.name : (lines[0]?.name ?? Object.keys(form.shifts ?? {})[0] ?? "");
  // One that gets another name stays the same editor, with the focus where it is.
  const key = chosen?.name === current ? chosen.key : current;
  const bad = adding !== "" && !mayBeCalled(form, adding.trim());
  const agents = Object.keys(form.agents ?? {}).length;
  return (
    <div className="queue-forms shift-forms">
      <section ref={list} className="panel fill">
        <header className="filters">
          <SearchField value={search} label={t("shifts.find")} onChange={setSearch} />
        </header>
        <DataGrid
          columns={columns}
          rows={lines}
          rowKey={(line) => line.name}
          rowPx={ROW_PX}
          label={t("plan.view_shifts")}
          testId="plan-shift-list"
          onOpen={(line) => setChosen({ name: line.name, isNew: false, key: line.name })}
          isOpen={(line) => line.name === current}
          empty={<Nothing icon="search" title={t("nothing_found")} />}
        />
        {crews.without > 0 && (
          <p className="shift-without quiet small" data-testid="shift-without">
            {t("shifts.without", { count: crews.without, all: agents })}
          </p>
        )}
        <footer className="queue-add">
          <Input
            value={adding}
            status={bad ? "error" : ""}
            placeholder={t("shifts.new")}
            aria-label={t("shifts.new")}
            title={bad ? t("shifts.bad_name") : ""}
            data-testid="shift-new"
            onChange={(event) => setAdding(event.target.value)}
            onPressEnter={() => adding !== "" && !bad && add(adding.trim())}
            suffix={
              <button type="button" className="icon-button" aria-label={t("matrix.add")} disabled={adding === "" || bad} onClick={() => add(adding.trim())}>
                <Icon name="plus" size={14} />
              </button>
            }
          />
        </footer>
      </section>
      <ShiftEditor
        key={key}
        {...props}
        name={current}
        isNew={chosen?.isNew === true && chosen.name === current}
        crew={crews.of.get(current) ?? NOBODY}
        onName={(name, isNew) => {
          removed.current = name === null;
          setChosen(name === null ? null : { name, isNew, key: isNew ? name : key });
        }}
      />
    </div>
  );
}
