// Why this call came here, in the seat's own panel: one sentence, and more on demand.

import { useState } from "react";
import { useDesk } from "../../desk";
import type { CallView } from "../../generated/live";
import { useSpeech } from "../../i18n";
import { Icon } from "../../ui/icons";
import { CallReasons } from "../why/Decisions";

export function ShortWhy({ call }: { call: CallView }) {
  const { t, pick } = useSpeech();
  const { me } = useDesk();
  const [open, setOpen] = useState(false);
  const why = pick(call.pop.why);
  if (!why || !me.may.includes("read_why")) return null;
  return (
    <section className="panel short-why" data-testid="short-why">
      <button type="button" className="short-why-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} size={12} />
        <span>
          <b>{t("pop.why")}</b> <bdi>{why}</bdi>
        </span>
      </button>
      {open && <CallReasons call={call.id} live={false} />}
    </section>
  );
}
