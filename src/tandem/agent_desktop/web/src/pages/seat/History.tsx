import type { ContactLine, TicketLine } from "../../generated/rest";
import { duration, moment } from "../../format";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { Name, Nothing, Panel } from "../../ui/bits";
import { Icon, type IconName } from "../../ui/icons";

const channelIcon: Record<string, IconName> = { voice: "phone", email: "mail", chat: "chat", branch: "user" };

export function Tickets({ tickets, now }: { tickets: readonly TicketLine[]; now: number }) {
  const { t, w, lang } = useSpeech();
  if (tickets.length === 0) return null;
  return (
    <Panel title={t("pop.tickets", { count: tickets.length })} icon="ticket" flush testId="pop-tickets">
      <ul className="tickets">
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <span className={`priority priority-${/^(high|urgent)$/.test(ticket.priority) ? "high" : "normal"}`}>
              {w("priority", ticket.priority)}
            </span>
            <Name>{ticket.title}</Name>
            <span className="quiet">
              <Name>{w("ticket", ticket.state)}</Name>
            </span>
            <span className="quiet num">{moment(ticket.opened_at, now, lang)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** The last contacts, newest first: when, how, what came of it, who wrote what. ``bare``: without a frame. */
export function Contacts({
  contacts,
  now,
  bare = false,
}: {
  contacts: readonly ContactLine[];
  now: number;
  bare?: boolean;
}) {
  const { t, w, lang } = useSpeech();
  const names = useNames();
  const list = (
    <ol className="contacts">
      {contacts.map((contact) => (
        <li key={contact.id} data-testid="contact">
          <div className="contact-when">
            <span className="num">{moment(contact.at, now, lang)}</span>
            <span className="contact-how" title={w("direction", contact.direction)}>
              <Icon name={channelIcon[contact.channel] ?? "note"} size={14} />
              {w("channel", contact.channel)}
              {contact.direction === "outbound" && " ↗"}
              {contact.duration_s > 0 && <span className="num">{duration(contact.duration_s)}</span>}
            </span>
          </div>
          <div className="contact-what">
            <div className="contact-line">
              <b>
                <Name>{names.disposition(contact.disposition) || w("outcome", contact.outcome)}</Name>
              </b>
              {contact.disposition && (
                <span className={`outcome outcome-${contact.outcome}`}>{w("outcome", contact.outcome)}</span>
              )}
              {contact.queue && (
                <span className="quiet">
                  <Name>{names.queue(contact.queue)}</Name>
                </span>
              )}
              {contact.agent_name && (
                <span className="quiet contact-agent">
                  <Name>{contact.agent_name}</Name>
                </span>
              )}
            </div>
            {contact.notes && (
              <p className="contact-notes">
                <bdi>{contact.notes}</bdi>
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
  if (bare) return list;
  return (
    <Panel title={t("pop.history", { count: contacts.length })} icon="clock" flush className="history" testId="pop-history">
      {contacts.length === 0 ? <Nothing icon="clock" title={t("pop.no_history")} /> : list}
    </Panel>
  );
}
