// Blind transfer: one field. What is typed finds colleagues and queues; a number is dialled as it stands.

import { Modal } from "antd";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { api } from "../../api";
import { useDesk } from "../../desk";
import type { TransferTargets } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { Loading, Name } from "../../ui/bits";
import { Icon, type IconName } from "../../ui/icons";
import { useDialog } from "../../ui/useActions";
import { useCommand } from "../../ui/useCommand";
import { type Target, findTargets } from "./targets";

const iconOf: Record<Target["kind"], IconName> = { agent: "user", queue: "users", number: "phone" };

function Chooser({ call, onDone }: { call: string; onDone: () => void }) {
  const { t, lang } = useSpeech();
  const { me } = useDesk();
  const { run, busy } = useCommand();
  const [targets, setTargets] = useState<TransferTargets | null>(null);
  const [failed, setFailed] = useState(false);
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let gone = false;
    api.transferTargets().then(
      (loaded) => {
        if (!gone) setTargets(loaded);
      },
      () => {
        if (!gone) setFailed(true);
      },
    );
    return () => {
      gone = true;
    };
  }, []);

  const found = useMemo(
    () => findTargets(targets ?? { agents: [], queues: [] }, search, lang, me.user.login),
    [targets, search, lang, me],
  );
  const current = Math.min(at, Math.max(0, found.length - 1));
  useEffect(() => {
    list.current?.querySelector("[aria-selected='true']")?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const go = async (target: Target | undefined) => {
    if (!target || busy) return;
    if (await run({ type: "transfer", call, kind: target.kind, to: target.to })) onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length > 0) setAt((current + step + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      void go(found[current]);
    }
  };

  return (
    <div className="transfer">
      <div className="disposition-search">
        <Icon name="search" size={14} />
        <input
          autoFocus
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="transfer-list"
          aria-activedescendant={found.length > 0 ? `transfer-${current}` : undefined}
          aria-label={t("transfer.search")}
          data-testid="transfer-search"
          placeholder={t("transfer.search")}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="transfer-list" id="transfer-list" role="listbox" aria-label={t("transfer.title")} ref={list}>
        {targets === null && !failed && <Loading rows={3} />}
        {failed && <p className="quiet pad">{t("transfer.failed")}</p>}
        {(targets !== null || failed) && found.length === 0 && <p className="quiet pad">{t("transfer.nothing")}</p>}
        {found.map((target, index) => (
          <div
            key={`${target.kind}-${target.to}`}
            id={`transfer-${index}`}
            role="option"
            aria-selected={index === current}
            className="transfer-option"
            data-testid={`transfer-${target.kind}-${target.to}`}
            onMouseMove={() => setAt(index)}
            onClick={() => void go(target)}
          >
            <Icon name={iconOf[target.kind]} />
            <Name>{target.name}</Name>
            <span className="quiet small">{t(`transfer.${target.kind}`)}</span>
          </div>
        ))}
      </div>
      <p className="quiet small">{t("transfer.note")}</p>
    </div>
  );
}

export function TransferDialog({ call, open, onClose }: { call: string; open: boolean; onClose: () => void }) {
  const { t } = useSpeech();
  useDialog(open);
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t("transfer.title")} width={440} destroyOnHidden>
      <Chooser call={call} onDone={onClose} />
    </Modal>
  );
}
