// Whom a campaign calls and what the agent says to him. On the screen before the voice is there.

import type { CampaignCard as Card } from "../../generated/live";
import { initials, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { ListFields, Name, Panel } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { mayBeDialled } from "./numbers";

function Numbers({ card, chosen, onChoose }: { card: Card; chosen: string | null; onChoose: ((number: string) => void) | null }) {
  const { t, w, pick } = useSpeech();
  return (
    <ul className="card-numbers" aria-label={t("card.numbers")} role={onChoose ? "radiogroup" : "list"}>
      {card.numbers.map((one) => {
        const open = mayBeDialled(one);
        const on = one.number === chosen;
        const content = (
          <>
            <Icon name={open ? "phone" : "forbid"} size={13} />
            <span className="num">
              <bdi>{phoneNumber(one.number)}</bdi>
            </span>
            {one.kind && <span className="mark">{w("number_kind", one.kind)}</span>}
            {one.local_time && <span className="quiet num">{t("card.local_time", { time: one.local_time })}</span>}
            {!open && (
              <span className="card-refused">
                <bdi>{pick(one.refused)}</bdi>
              </span>
            )}
          </>
        );
        return (
          <li key={one.number} className={`${on ? "on" : ""} ${open ? "" : "closed"}`} data-testid="card-number" data-number={one.number}>
            {onChoose ? (
              <button type="button" role="radio" aria-checked={on} disabled={!open} onClick={() => onChoose(one.number)}>
                {content}
              </button>
            ) : (
              <span>{content}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const UNKNOWN_FIELD = /\{([^{}]+)\}/;

/** Where the list does not have a field of the script, its name stands, set apart: it is not to be read out. */
function Script({ text }: { text: string }) {
  const { t } = useSpeech();
  return (
    <p>
      <bdi>
        {text.split(UNKNOWN_FIELD).map((part, index) =>
          index % 2 === 0 ? (
            part
          ) : (
            <span key={index} className="script-unknown" title={t("card.not_known")} data-testid="script-unknown">
              {part.trim()}
            </span>
          ),
        )}
      </bdi>
    </p>
  );
}

export function CampaignCard({
  card,
  chosen,
  onChoose,
  named,
}: {
  card: Card;
  /** The number that will be or was dialled. */
  chosen: string | null;
  /** While another number can still be chosen. */
  onChoose: ((number: string) => void) | null;
  /** The customer's own panel names him already. */
  named: boolean;
}) {
  const { t, w } = useSpeech();
  const fields = Object.entries(card.fields);
  const name = card.lead_name || phoneNumber(card.number);
  return (
    <>
      <Panel className="who-panel campaign-card" testId="campaign-card">
        <div className="who">
          <span className="avatar" aria-hidden="true">
            {card.lead_name ? initials(card.lead_name) : <Icon name="megaphone" size={20} />}
          </span>
          <div className="who-text">
            <div className="who-line">
              <h1 {...(named ? {} : { "data-testid": "pop-name" })}>
                <Name>{name}</Name>
              </h1>
              {card.machine === "unsure" && (
                <span className="mark mark-unsure">
                  <Icon name="robot" size={12} /> {t("card.maybe_machine")}
                </span>
              )}
            </div>
            <div className="who-facts">
              <span className="card-campaign">
                <Icon name="megaphone" size={14} /> <Name>{card.name}</Name>
              </span>
              <span className="mark">{w("mode", card.mode)}</span>
              <span className="num quiet">{t("card.attempt", { number: card.attempt, most: card.attempts_allowed })}</span>
            </div>
            {(card.callback_note || card.callback_number) && (
              <p className="who-note card-promised" data-testid="card-promised">
                <Icon name="callback" size={14} /> <b>{t("card.promised")}</b>{" "}
                {card.callback_number && <bdi className="num">{card.callback_number}</bdi>} <bdi>{card.callback_note}</bdi>
              </p>
            )}
          </div>
        </div>
        <Numbers card={card} chosen={chosen} onChoose={onChoose} />
      </Panel>
      {card.script && (
        <Panel title={t("card.script")} icon="note" className="card-script" testId="card-script">
          <Script text={card.script} />
        </Panel>
      )}
      {fields.length > 0 && (
        <Panel title={t("card.fields")} icon="list" className="card-fields" testId="card-fields">
          <ListFields fields={fields} />
        </Panel>
      )}
    </>
  );
}
