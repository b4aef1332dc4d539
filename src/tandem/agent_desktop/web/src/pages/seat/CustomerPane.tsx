// The pop: who is calling, why it came here, what happened before. Read in one glance, from the top left.

import { useState } from "react";
import { serverNow } from "../../clock";
import { useDeskState } from "../../desk";
import type { CallView, CampaignCard as Card, PopView } from "../../generated/live";
import type { CustomerMatch } from "../../generated/rest";
import { date, duration, initials, needs, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { LanguageMark, Loading, Name, Panel, Since, Tier } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useCommand } from "../../ui/useCommand";
import { CampaignCard } from "./CampaignCard";
import { Contacts, Tickets } from "./History";
import { matchText } from "./matching";
import { UnknownCaller } from "./UnknownCaller";

function Waited({ pop, call }: { pop: PopView; call: CallView | null }) {
  const waiting = call?.phase === "offered" || call?.phase === "ringing";
  if (waiting && call.queued_at > 0) return <Since at={call.queued_at} />;
  const waited = call?.answered_at ? call.answered_at - call.queued_at : pop.waited_s;
  return <span className="num">{duration(waited)}</span>;
}

export function Path({ pop, call }: { pop: PopView; call: CallView | null }) {
  const { t, pick, w } = useSpeech();
  return (
    <Panel className="path">
      <dl className="facts">
        <div>
          <dt>{t("pop.queue")}</dt>
          <dd>
            <b>{pick(pop.queue_name, pop.queue)}</b>
          </dd>
        </div>
        <div>
          <dt>{t("pop.waited")}</dt>
          <dd className="waited">
            <Waited pop={pop} call={call} />
          </dd>
        </div>
        <div>
          <dt>{t("pop.language")}</dt>
          <dd>{w("spoken_long", pop.language)}</dd>
        </div>
        {pop.needs && (
          <div>
            <dt>{t("pop.needs")}</dt>
            <dd>
              <Name>{needs(pop.needs)}</Name>
            </dd>
          </div>
        )}
        <div className="grow">
          <dt>{t("pop.pressed")}</dt>
          <dd className="pressed" data-testid="pop-pressed">
            {pop.pressed.length === 0 && <span className="quiet">{t("pop.nothing_pressed")}</span>}
            {pop.pressed.map((press, index) => (
              <span key={index} className="press">
                <kbd>{press.digit}</kbd>
                <Name>{pick({ zh: press.zh, en: press.en }, press.step)}</Name>
              </span>
            ))}
          </dd>
        </div>
      </dl>
      {pick(pop.why) && (
        <p className="why" data-testid="pop-why">
          <span className="quiet">{t("pop.why")}</span> <bdi>{pick(pop.why)}</bdi>
        </p>
      )}
    </Panel>
  );
}

/** Several customers have this number: ranked, the best is shown, one key or click takes another. */
function Chooser({
  matches,
  selected,
  onSelect,
}: {
  matches: readonly CustomerMatch[];
  selected: string;
  onSelect: (id: string) => void;
}) {
  const { t, lang } = useSpeech();
  return (
    <div className="chooser" role="radiogroup" aria-label={t("pop.several", { count: matches.length })} data-testid="pop-chooser">
      <p className="chooser-title">{t("pop.several", { count: matches.length })}</p>
      {matches.map((match, index) => (
        <button
          key={match.id}
          type="button"
          role="radio"
          aria-checked={match.id === selected}
          className={match.id === selected ? "on" : ""}
          data-testid={`choose-${match.id}`}
          onClick={() => onSelect(match.id)}
        >
          <span className="rank num">{index + 1}</span>
          <Name>{match.name}</Name>
          <Name>{match.company || match.city}</Name>
          <Tier tier={match.tier} />
          <span className="quiet small">
            <Name cut={false}>{matchText(lang, match.why)}</Name>
          </span>
        </button>
      ))}
    </div>
  );
}

function Head({ customer, pop }: { customer: CustomerMatch; pop: PopView }) {
  const { t, lang } = useSpeech();
  const number = pop.number_e164 || pop.number;
  return (
    <div className={`who who-${customer.tier}`}>
      <span className="avatar" aria-hidden="true">
        {initials(customer.name)}
      </span>
      <div className="who-text">
        <div className="who-line">
          <h1 data-testid="pop-name">
            <Name>{customer.name}</Name>
          </h1>
          <Tier tier={customer.tier} />
          <LanguageMark code={customer.language || pop.language} />
        </div>
        <div className="who-facts">
          <span className="who-number num" data-testid="pop-number">
            <bdi>{phoneNumber(number)}</bdi>
          </span>
          {customer.company && <Name>{customer.company}</Name>}
          {customer.city && <Name>{customer.city}</Name>}
          {customer.email && <Name>{customer.email}</Name>}
          {customer.since > 0 && <span>{t("pop.since", { date: date(customer.since, lang) })}</span>}
        </div>
        {customer.note && (
          <p className="who-note">
            <Icon name="note" size={14} /> <bdi>{customer.note}</bdi>
          </p>
        )}
      </div>
    </div>
  );
}

export function CustomerPane({
  callId,
  pop,
  call,
  chosen,
  card,
  number,
  onNumber,
}: {
  callId: string;
  pop: PopView;
  call: CallView | null;
  /** The customer the server holds for this call, when it says so. */
  chosen: string | null;
  /** Of a campaign's call: then it is known whom one calls, and no queue was waited in. */
  card: Card | null;
  number: string | null;
  onNumber: ((number: string) => void) | null;
}) {
  const { t } = useSpeech();
  const live = useDeskState((state) => state.status === "live");
  const { run } = useCommand();
  const [picked, setPicked] = useState<string | null>(null);
  const matches = pop.customers;
  const customer =
    matches.find((match) => match.id === picked) ?? matches.find((match) => match.id === chosen) ?? matches[0] ?? null;

  const pick = (id: string) => {
    if (!live) return;
    setPicked(id);
    void run({ type: "choose_customer", call: callId, customer: id });
  };

  return (
    <div className="pop" data-testid="pop" data-call={callId} data-looked-up={pop.looked_up}>
      {card && <CampaignCard card={card} chosen={number} onChoose={onNumber} named={customer !== null} />}
      {(!card || customer) && (
        <Panel className="who-panel">
          {customer && <Head customer={customer} pop={pop} />}
          {!customer && !pop.looked_up && (
            <div className="who">
              <span className="avatar" aria-hidden="true">
                …
              </span>
              <div className="who-text">
                <h1 data-testid="pop-name">
                  <bdi>{phoneNumber(pop.number_e164 || pop.number)}</bdi>
                </h1>
                <p className="quiet" role="status">
                  {t("pop.looking_up")}
                </p>
              </div>
            </div>
          )}
          {!customer && pop.looked_up && <UnknownCaller callId={callId} pop={pop} />}
          {matches.length > 1 && customer && <Chooser matches={matches} selected={customer.id} onSelect={pick} />}
        </Panel>
      )}
      {!card && <Path pop={pop} call={call} />}
      {customer && (
        <>
          <Tickets tickets={customer.tickets} now={serverNow()} />
          <Contacts contacts={customer.contacts} now={serverNow()} />
        </>
      )}
      {!card && !customer && !pop.looked_up && <Loading rows={5} />}
    </div>
  );
}
