// The kinds of steps: dragged onto the canvas, or chosen by a click or by the keyboard.

import { Input, Modal } from "antd";
import { useMemo, useRef, useState } from "react";
import { Icon } from "../../../ui/icons";
import { useDialog } from "../../../ui/useActions";
import { DRAG_TYPE } from "../canvas/Canvas";
import { type Kind, allKinds, kinds } from "../document/kinds";
import { families, iconOf } from "../kindIcons";
import { useFlowSpeech } from "../speech";

const kindsFor = (subflow: boolean): Kind[] => allKinds.filter((kind) => subflow || !kinds[kind].subflowOnly);

export function Palette({ subflow, onAdd }: { subflow: boolean; onAdd: (kind: Kind) => void }) {
  const { t, w } = useFlowSpeech();
  return (
    <aside className="palette panel" aria-label={t("palette.title")} data-testid="palette">
      {families.map((family) => (
        <section key={family} className={`family-${family}`}>
          <h3>{w("family", family)}</h3>
          {kindsFor(subflow)
            .filter((kind) => kinds[kind].family === family)
            .map((kind) => (
              <button
                key={kind}
                type="button"
                draggable
                title={w("about", kind)}
                onDragStart={(event) => {
                  event.dataTransfer.setData(DRAG_TYPE, kind);
                  event.dataTransfer.effectAllowed = "copy";
                }}
                onClick={() => onAdd(kind)}
                data-testid={`palette-${kind}`}
              >
                <span className="step-icon">
                  <Icon name={iconOf[kind]} size={13} />
                </span>
                <span>{w("kind", kind)}</span>
              </button>
            ))}
        </section>
      ))}
    </aside>
  );
}

/** Search for a kind, Enter takes the first one. */
export function AddStepDialog({ subflow, from, onAdd, onClose }: { subflow: boolean; from: string | null; onAdd: (kind: Kind) => void; onClose: () => void }) {
  const { t, w } = useFlowSpeech();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  useDialog(true);
  const found = useMemo(() => {
    const needle = typed.trim().toLowerCase();
    const ordered = families.flatMap((family) => kindsFor(subflow).filter((kind) => kinds[kind].family === family));
    return ordered.filter((kind) => `${kind} ${w("kind", kind)} ${w("about", kind)}`.toLowerCase().includes(needle));
  }, [typed, subflow, w]);
  const move = (by: number) => {
    const next = Math.min(found.length - 1, Math.max(0, at + by));
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const chosen = found[Math.min(at, found.length - 1)];
  return (
    <Modal open onCancel={onClose} footer={null} width={460} focusable={{ focusTriggerAfterClose: false }} title={from === null ? t("palette.add") : t("palette.add_behind", { exit: from })} afterOpenChange={(open) => open && document.getElementById("add-step-search")?.focus()}>
      <Input
        id="add-step-search"
        value={typed}
        prefix={<Icon name="search" size={14} />}
        placeholder={t("palette.search")}
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="add-step-list"
        aria-activedescendant={chosen ? `add-${chosen}` : undefined}
        data-testid="add-step-search"
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            move(event.key === "ArrowDown" ? 1 : -1);
          } else if (event.key === "Enter" && chosen) onAdd(chosen);
        }}
      />
      <ul ref={list} className="kind-list" role="listbox" id="add-step-list" aria-label={t("palette.title")}>
        {found.map((kind, index) => (
          <li key={kind} id={`add-${kind}`} role="option" aria-selected={kind === chosen} className={`family-${kinds[kind].family} ${kind === chosen ? "on" : ""}`} onClick={() => onAdd(kind)} onMouseMove={() => setAt(index)}>
            <span className="step-icon">
              <Icon name={iconOf[kind]} size={15} />
            </span>
            <span>
              <b>{w("kind", kind)}</b>
              <small>{w("about", kind)}</small>
            </span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
