// Why this call came here: the sentence stands beside the customer; here is what it was decided by, on demand.

import { useState } from "react";
import { useDesk } from "../../desk";
import type { CallView } from "../../generated/live";
import { useSpeech } from "../../i18n";
import { Icon } from "../../ui/icons";
import { CallReasons } from "../why/Decisions";

export function ShortWhy({ call }: { call: CallView }) {
  const { t } = useSpeech();
  const { me } = useDesk();
  const [open, setOpen] = useState(false);
  if (Object.keys(call.pop.why).length === 0 || !me.may.includes("read_why")) return null;
  return (
    <section className="panel short-why" data-testid="short-why">
      <button type="button" className="short-why-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} size={12} />
        {t("why.details")}
      </button>
      {open && <CallReasons call={call.id} live={false} />}
    </section>
  );
}
