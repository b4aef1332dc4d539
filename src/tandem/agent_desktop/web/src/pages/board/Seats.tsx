import { useMemo, useState } from "react";
import type { QueueRow, SeatRow } from "../../generated/live";
import { serverNow, useSecond } from "../../clock";
import { clockTime, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { Dot, Name, Nothing, Panel, Since, toneOf } from "../../ui/bits";
import { type Column, DataGrid, type Sort } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { useReasonWord } from "../seat/StateControl";
import { type SeatGroup, countGroups, groupOf, matchesSeat, seatGroups, skillsText } from "./rows";

const HOUR_S = 3600;
const collator = new Intl.Collator(undefined, { numeric: true });

function toneOfSeat(seat: SeatRow) {
  return groupOf(seat) === "offline" ? "off" : toneOf(seat.state, seat.phase);
}

/** Until when he is expected at work, in the last hour of it. */
function ExpectedUntil({ at }: { at: number }) {
  const { t, lang } = useSpeech();
  useSecond();
  if (at - serverNow() > HOUR_S) return null;
  return <span className="quiet small num">{t("board.until", { time: clockTime(at, lang) })}</span>;
}

function useColumns(queueName: (id: string) => string): Column<SeatRow>[] {
  const { t, w } = useSpeech();
  const reasonWord = useReasonWord();
  return useMemo(() => {
    const order = (seat: SeatRow) => seatGroups.indexOf(groupOf(seat));
    return [
      {
        key: "name",
        title: t("col.agent"),
        width: "minmax(205px, 1.4fr)",
        compare: (a, b) => collator.compare(a.name, b.name) || collator.compare(a.login, b.login),
        render: (seat) => (
          <span className="cell-line">
            <b>
              <Name>{seat.name || seat.login}</Name>
            </b>
            <span className="quiet num">{seat.device}</span>
            {seat.site && <span className="quiet small">{seat.site}</span>}
            {(seat.tasks ?? 0) > 0 && (
              <span className="quiet small num" title={t("task.title")}>
                <Icon name="ticket" size={12} /> {seat.tasks}
              </span>
            )}
            {seat.until != null && <ExpectedUntil at={seat.until} />}
            {seat.online && !seat.phone_ok && (
              <span className="warn-mark" title={t("board.phone_away")}>
                <Icon name="alert" size={13} />
              </span>
            )}
          </span>
        ),
      },
      {
        key: "state",
        title: t("col.state"),
        width: "minmax(150px, 1fr)",
        compare: (a, b) => order(a) - order(b) || a.since - b.since,
        render: (seat) => (
          <span className={`cell-line tone-${toneOfSeat(seat)}`}>
            <Dot tone={toneOfSeat(seat)} />
            <span className="tone-text">
              {groupOf(seat) === "offline"
                ? t("board.offline")
                : seat.state === "busy" && seat.phase
                  ? w("phase", seat.phase)
                  : w("state", seat.state)}
            </span>
            {seat.reason && (
              <span className="quiet cut" title={reasonWord(seat.reason)}>
                {reasonWord(seat.reason)}
              </span>
            )}
          </span>
        ),
      },
      {
        key: "since",
        title: t("col.since"),
        width: "76px",
        align: "right",
        compare: (a, b) => b.since - a.since,
        render: (seat) => (seat.since > 0 ? <Since at={seat.since} /> : null), // 0: not logged in yet
      },
      {
        key: "with",
        title: t("col.with"),
        width: "minmax(186px, 1.2fr)",
        compare: (a, b) => collator.compare(a.with_name || a.with_number, b.with_name || b.with_number),
        render: (seat) => (
          <span className="cell-line">
            {seat.with_name && <Name>{seat.with_name}</Name>}
            {seat.with_number && <span className={seat.with_name ? "quiet num" : "num"} title={phoneNumber(seat.with_number)}>{phoneNumber(seat.with_number)}</span>}
          </span>
        ),
      },
      {
        key: "queue",
        title: t("col.queue"),
        width: "minmax(90px, 0.7fr)",
        from_px: 830,
        compare: (a, b) => collator.compare(a.queue ?? "\uffff", b.queue ?? "\uffff"),
        render: (seat) => (seat.queue ? <Name>{queueName(seat.queue)}</Name> : null),
      },
      {
        key: "skills",
        title: t("col.skills"),
        width: "minmax(120px, 1.2fr)",
        from_px: 960,
        render: (seat) => (
          <span className="quiet">
            <Name>{skillsText(seat.skills)}</Name>
          </span>
        ),
      },
    ];
  }, [t, w, reasonWord, queueName]);
}

export function Seats({ seats, queues }: { seats: readonly SeatRow[]; queues: ReadonlyMap<string, QueueRow> }) {
  const { t, w, pick } = useSpeech();
  const [search, setSearch] = useState("");
  const [group, setGroup] = useState<SeatGroup | null>(null);
  const [sort, setSort] = useState<Sort>({ key: "name", down: false });

  const queueName = useMemo(() => (id: string) => pick(queues.get(id)?.name, id), [queues, pick]);
  const columns = useColumns(queueName);
  const counts = useMemo(() => countGroups(seats), [seats]);
  const shown = useMemo(() => {
    const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return seats.filter(
      (seat) => (group === null || groupOf(seat) === group) && matchesSeat(seat, words, queueName),
    );
  }, [seats, search, group, queueName]);
  const clear = () => {
    setSearch("");
    setGroup(null);
  };

  const chip = (key: SeatGroup | null, text: string, count: number, tone: string) => (
    <button
      key={key ?? "all"}
      type="button"
      className={`chip tone-${tone} ${group === key ? "on" : ""}`}
      aria-pressed={group === key}
      data-testid={`seats-${key ?? "all"}`}
      onClick={() => setGroup(group === key ? null : key)}
    >
      {key && <Dot tone={key === "offline" ? "off" : toneOf(key)} />}
      {text} <b className="num">{count}</b>
    </button>
  );

  return (
    <Panel
      title={t("board.seats")}
      icon="users"
      flush
      className="board-seats fill"
      extra={
        <>
          <div className="chips" role="group" aria-label={t("col.state")}>
            {chip(null, t("board.all"), seats.length, "off")}
            {seatGroups.map((key) =>
              chip(key, key === "offline" ? t("board.offline") : w("state", key), counts[key], key === "offline" ? "off" : toneOf(key)),
            )}
          </div>
          <SearchField className="board-search" small value={search} label={t("board.filter")} onChange={setSearch} />
        </>
      }
    >
      <DataGrid
        columns={columns}
        rows={shown}
        rowKey={(seat) => seat.login}
        label={t("board.seats")}
        testId="board-seats"
        sort={sort}
        onSort={setSort}
        empty={
          seats.length === 0 ? (
            <Nothing icon="users" title={t("board.no_seats")}>
              {t("board.no_seats_text")}
            </Nothing>
          ) : (
            <Nothing icon="search" title={t("board.no_match")}>
              <button type="button" className="link" onClick={clear}>
                {t("board.clear")}
              </button>
            </Nothing>
          )
        }
      />
    </Panel>
  );
}
