// The times of a shift: one line for all days that are alike, and the week as a picture.

import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { type Language, useSpeech } from "../../i18n";
import { Icon } from "../../ui/icons";
import { TextField } from "./fields";
import { DAY_MIN, type Turn, type Week, anotherTurn, breaksText, clock, inOrderOf, misfitOf, readBreaks, readClock, runsOf, turnsOf, weekOf, withDay, withTimes } from "./week";

const WEEK_DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const HOURS = [0, 6, 12, 18, 24] as const;
/** A Monday. */
const MONDAY_MS = Date.UTC(2024, 0, 1);

export function dayNames(lang: Language): string[] {
  const format = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { weekday: "short", timeZone: "UTC" });
  return WEEK_DAYS.map((day) => format.format(MONDAY_MS + day * DAY_MIN * 60_000));
}

/** What people call days and times: `Mon–Fri 09:00–18:00`. */
export function useTurnWords() {
  const { t, lang } = useSpeech();
  return useMemo(() => {
    const names = dayNames(lang);
    const name = (day: number) => names[day] ?? "";
    const days = (turn: Turn) =>
      turn.days.length === 7
        ? t("shifts.every_day")
        : runsOf(turn.days)
            .map(([first, last]) => (first === last ? name(first) : t("shifts.range", { from: name(first), to: name(last) })))
            .join(lang === "zh" ? "、" : ", ");
    const times = (turn: Turn) => `${clock(turn.begin)}–${clock(turn.end)}`;
    return { names, days, turn: (turn: Turn) => `${days(turn)} ${times(turn)}` };
  }, [t, lang]);
}

function DayChips({ turn, names, onDay }: { turn: Turn; names: readonly string[]; onDay: (day: number, on: boolean) => void }) {
  const { t } = useSpeech();
  const [at, setAt] = useState(turn.days[0] ?? 0);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = (at + step + 7) % 7;
    setAt(next);
    event.currentTarget.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div className="turn-days" role="group" aria-label={t("shifts.days")} onKeyDown={onKeyDown}>
      {WEEK_DAYS.map((day) => {
        const on = turn.days.includes(day);
        const only = on && turn.days.length === 1;
        return (
          <button key={day} type="button" aria-pressed={on} aria-disabled={only} tabIndex={day === at ? 0 : -1} onFocus={() => setAt(day)} onClick={() => !only && onDay(day, !on)}>
            {names[day]}
          </button>
        );
      })}
    </div>
  );
}

type Complaint = "shifts.bad_time" | "shifts.bad_breaks" | "shifts.overlap" | "shifts.not_kept";

function complaintOf(turns: readonly Turn[]): Complaint | null {
  const misfit = misfitOf(turns);
  return misfit && `shifts.${misfit}`;
}

function TurnRow({ turn, turns, at, onSay, onRemove }: { turn: Turn; turns: readonly Turn[]; at: number; onSay: (turns: readonly Turn[]) => void; onRemove: () => void }) {
  const { t } = useSpeech();
  const words = useTurnWords();
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const reason = useRef<Complaint>("shifts.bad_time");
  const noteId = useId();
  const times = [turn.days, turn.begin, turn.end, turn.breaks].join("|");
  useEffect(() => setComplaint(null), [times]);

  const put = (next: Turn) => turns.map((one, index) => (index === at ? next : one));
  /** The text as it is, if what it makes of the turn fits; else what to say of it is kept. */
  const fitting = (text: string, next: Turn | null, else_: Complaint) => {
    const why = next === null ? else_ : complaintOf(put(next));
    if (why) reason.current = why;
    return why ? null : text;
  };
  const made = {
    begin: (text: string) => {
      const begin = readClock(text);
      return begin === null ? null : withTimes(turn, begin, turn.end > DAY_MIN ? turn.end - DAY_MIN : turn.end);
    },
    end: (text: string) => {
      const end = readClock(text);
      return end === null ? null : withTimes(turn, turn.begin, end);
    },
    breaks: (text: string) => {
      const breaks = readBreaks(text, turn);
      return breaks && { ...turn, breaks };
    },
  };
  const field = (key: keyof typeof made, else_: Complaint) => ({
    ...(complaint ? { describedBy: noteId } : {}),
    read: (text: string) => {
      const next = made[key](text);
      const shown = next && { begin: clock(next.begin), end: clock(next.end), breaks: breaksText(next) }[key];
      return fitting(shown ?? "", next, else_);
    },
    onRead: (fits: boolean) => setComplaint(fits ? null : reason.current),
    onSay: (text: string) => {
      const next = made[key](text);
      if (next) onSay(put(next));
    },
  });
  return (
    <li className="turn">
      <div className="turn-line">
        <div className="turn-fields">
          <DayChips
            turn={turn}
            names={words.names}
            onDay={(day, on) => {
              const next = withDay(turns, at, day, on);
              const why = complaintOf(next);
              setComplaint(why);
              if (why === null) onSay(next);
            }}
          />
          <span className="turn-times">
            <TextField className="turn-time num" value={clock(turn.begin)} label={t("shifts.from")} testId={`turn-from-${at}`} {...field("begin", "shifts.bad_time")} />
            <span className="quiet">–</span>
            <TextField className="turn-time num" value={clock(turn.end)} label={t("shifts.to")} testId={`turn-to-${at}`} {...field("end", "shifts.bad_time")} />
            {turn.end > DAY_MIN && <span className="mark">{t("shifts.next_day")}</span>}
          </span>
          <label className="turn-breaks">
            <span className="quiet small">{t("shifts.breaks")}</span>
            <TextField className="num" value={breaksText(turn)} label={t("shifts.breaks")} placeholder={t("shifts.no_breaks")} testId={`turn-breaks-${at}`} {...field("breaks", "shifts.bad_breaks")} />
          </label>
        </div>
        <button type="button" className="icon-button" aria-label={t("shifts.remove_days", { days: words.days(turn) })} title={t("shifts.remove_days", { days: words.days(turn) })} onClick={onRemove}>
          <Icon name="trash" size={14} />
        </button>
      </div>
      {complaint && (
        <p id={noteId} className="bad-text small" role="alert" data-testid="turn-problem">
          {t(complaint)}
        </p>
      )}
    </li>
  );
}

/** `onSay`: the week is to be this. */
export function TurnRows({ week, onSay }: { week: Week; onSay: (week: Week) => void }) {
  const { t } = useSpeech();
  const shown = useRef<readonly Turn[]>([]);
  const turns = inOrderOf(turnsOf(week), shown.current);
  useEffect(() => {
    shown.current = turns;
  });
  const list = useRef<HTMLUListElement>(null);
  const removed = useRef<number | null>(null);
  useEffect(() => {
    if (removed.current === null) return;
    // The keyboard stays where a turn was taken away: at the next one, or at what adds one.
    const lines = list.current?.children;
    const line = lines?.[removed.current] ?? lines?.[removed.current - 1];
    removed.current = null;
    line?.querySelector("button")?.focus();
  });
  const another = anotherTurn(turns);
  const say = (next: readonly Turn[]) => {
    const said = weekOf(next);
    if (said === null) return;
    shown.current = next;
    onSay(said);
  };
  return (
    <ul ref={list} className="turns" data-testid="turns">
      {turns.map((turn, index) => (
        <TurnRow
          key={index}
          turn={turn}
          turns={turns}
          at={index}
          onSay={say}
          onRemove={() => {
            removed.current = index;
            say(turns.filter((_, other) => other !== index));
          }}
        />
      ))}
      {another && (
        <li>
          <button type="button" className="link" data-testid="turn-add" onClick={() => say([...turns, another])}>
            <Icon name="plus" size={12} /> {t("shifts.add_days")}
          </button>
        </li>
      )}
    </ul>
  );
}

/** When it is worked, day by day of the calendar. */
export function WeekPicture({ week }: { week: Week }) {
  const { t } = useSpeech();
  const words = useTurnWords();
  const said = turnsOf(week).map(words.turn).join("; ");
  const share = (minutes: number) => `${(minutes / DAY_MIN) * 100}%`;
  return (
    <div className="week-picture" role="img" aria-label={said || t("shifts.no_times")} data-testid="week-picture">
      {week.map((spans, day) => (
        <div key={day} className="week-day">
          <span className="quiet small">{words.names[day]}</span>
          <span className="week-track">
            {spans.map(([begin, end]) => (
              <i key={begin} style={{ left: share(begin), width: share(end - begin) }} title={`${clock(begin)}–${clock(end)}`} />
            ))}
          </span>
        </div>
      ))}
      <div className="week-day week-hours quiet num" aria-hidden="true">
        <span />
        <span className="week-ticks">
          {HOURS.map((hour) => (
            <span key={hour} style={{ left: share(hour * 60) }}>
              {hour}
            </span>
          ))}
        </span>
      </div>
    </div>
  );
}
