// One call in detail: what happened when, why this agent, the recording, what was written down.

import { Drawer } from "antd";
import { useEffect, useState } from "react";
import { ApiError, api } from "../../api";
import { serverNow } from "../../clock";
import { useDesk } from "../../desk";
import type { CallDetail, RecordingLine } from "../../generated/rest";
import { clockTimeSeconds, date, duration, fileSize, offset, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { useAgentName, useNames } from "../../names";
import { LanguageMark, Loading, Name, Nothing } from "../../ui/bits";
import { Contacts } from "../seat/History";
import { CallReasons } from "../why/Decisions";
import { detailOf, zeroOf } from "./timeline";

type Loaded = { state: "loading" } | { state: "failed"; text: string } | { state: "ready"; detail: CallDetail };

function useCall(id: string | null): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ state: "loading" });
  useEffect(() => {
    if (id === null) return;
    setLoaded({ state: "loading" });
    const controller = new AbortController();
    api.call(id, controller.signal).then(
      (detail) => setLoaded({ state: "ready", detail }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setLoaded({ state: "failed", text: error instanceof ApiError ? error.message : "" });
      },
    );
    return () => controller.abort();
  }, [id]);
  return loaded;
}

function Player({ recording, zero }: { recording: RecordingLine; zero: number }) {
  const { t, w } = useSpeech();
  const { me } = useDesk();
  const nameOf = useAgentName();
  const [failed, setFailed] = useState(false);
  const playable = recording.state === "saved" && me.may.includes("read_recordings");
  return (
    <div className="recording" data-testid="recording-line" data-state={recording.state}>
      <p>
        <span className={`rec rec-${recording.state}`}>
          <i className="rec-dot" aria-hidden="true" />
          {w("recording", recording.state)}
        </span>
        <span className="quiet num">
          {offset(recording.started_at - zero)} · {duration(recording.duration_s)} · {fileSize(recording.bytes)}
        </span>
        {recording.agent && <Name>{nameOf(recording.agent)}</Name>}
      </p>
      {playable && (
        <audio
          controls
          preload="none"
          src={api.recordingUrl(recording.id)}
          aria-label={t("calls.recordings")}
          onError={() => setFailed(true)}
          data-testid="player"
        />
      )}
      {playable && <p className="quiet small">{t("calls.channels")}</p>}
      {recording.detail && (
        <p className="quiet small">
          <bdi>{recording.detail}</bdi>
        </p>
      )}
      {failed && (
        <p className="bad-text" role="alert">
          {t("calls.playing_failed")}
        </p>
      )}
    </div>
  );
}

function Timeline({ detail }: { detail: CallDetail }) {
  const { t, w, lang } = useSpeech();
  const names = { ...useNames(), agent: useAgentName() };
  const zero = zeroOf(detail.timeline, detail.call.started_at);
  return (
    <section>
      <h3>{t("calls.timeline")}</h3>
      <ol className="timeline" data-testid="timeline">
        {detail.timeline.map((line, index) => (
          <li key={index} className={`event event-${line.kind}`}>
            <time className="num quiet" title={clockTimeSeconds(line.at, lang)}>
              {offset(line.at - zero)}
            </time>
            <i className="event-dot" aria-hidden="true" />
            <div>
              <b>{w("event", line.kind)}</b>
              <span className="event-text">
                <bdi>{detailOf(line, lang, names)}</bdi>
              </span>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Detail({ detail }: { detail: CallDetail }) {
  const { t, w, lang } = useSpeech();
  const { me } = useDesk();
  const names = useNames();
  const { call } = detail;
  const zero = zeroOf(detail.timeline, call.started_at);
  return (
    <div className="call-detail" data-testid="call-detail">
      <header>
        <h2>
          <Name>{call.customer_name || call.caller_name || phoneNumber(call.number) || t("pop.withheld")}</Name>
        </h2>
        <span className={`outcome outcome-${call.outcome ?? "open"}`}>{w("outcome", call.outcome ?? "open")}</span>
        {call.language && <LanguageMark code={call.language} />}
      </header>
      <dl className="facts">
        <div>
          <dt>{t("calls.started")}</dt>
          <dd className="num">
            {date(call.started_at, lang)} {clockTimeSeconds(call.started_at, lang)}
          </dd>
        </div>
        <div>
          <dt>{t("customer.number")}</dt>
          <dd className="num">
            <bdi>{phoneNumber(call.number)}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t("col.dnis")}</dt>
          <dd className="num">
            <bdi>{call.dnis}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t("col.queue")}</dt>
          <dd>
            <Name>{names.queue(call.queue) || "–"}</Name>
          </dd>
        </div>
        <div>
          <dt>{t("col.agent")}</dt>
          <dd>
            <Name>{call.agent_name ?? call.agent ?? "–"}</Name>
          </dd>
        </div>
        <div>
          <dt>{t("col.wait")}</dt>
          <dd className="num">{duration(call.wait_s)}</dd>
        </div>
        <div>
          <dt>{t("col.talk")}</dt>
          <dd className="num">{duration(call.talk_s)}</dd>
        </div>
      </dl>
      <section>
        <h3>{t("calls.recordings")}</h3>
        {detail.recordings.length === 0 && <p className="quiet">{t("calls.no_recordings")}</p>}
        {detail.recordings.map((recording) => (
          <Player key={recording.id} recording={recording} zero={zero} />
        ))}
      </section>
      {me.may.includes("read_why") && (
        <section data-testid="call-why">
          <h3>{t("why.title")}</h3>
          <CallReasons call={call.id} live={call.ended_at === null} />
        </section>
      )}
      <Timeline detail={detail} />
      <section>
        <h3>{t("calls.history")}</h3>
        {detail.contacts.length === 0 ? (
          <p className="quiet">{t("calls.no_history")}</p>
        ) : (
          <Contacts contacts={detail.contacts} now={serverNow()} bare />
        )}
      </section>
    </div>
  );
}

export function CallDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useSpeech();
  const loaded = useCall(id);
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={580}
      title={t("calls.detail")}
      mask={false}
      rootClassName="call-drawer"
      destroyOnHidden
      // The list beside it stays in use: arrow keys and Enter open the next call.
      focusable={{ trap: false }}
    >
      {loaded.state === "loading" && <Loading rows={8} />}
      {loaded.state === "failed" && (
        <Nothing icon="alert" title={t("calls.not_found")}>
          {loaded.text}
        </Nothing>
      )}
      {loaded.state === "ready" && <Detail detail={loaded.detail} />}
    </Drawer>
  );
}
