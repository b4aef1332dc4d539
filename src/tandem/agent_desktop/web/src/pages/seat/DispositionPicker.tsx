// Searchable list over the disposition tree: type, arrow keys, Enter. Always open, so that one look shows the choices.

import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useSpeech } from "../../i18n";
import { Kbd } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { chordOf } from "../../keys";
import { useAction } from "../../ui/useActions";
import { type Leaf, findLeaves, leafName, leafPath, leavesAmong, useLeaves } from "./dispositions";

export function DispositionPicker({
  value,
  only,
  onChange,
  onDone,
  autoFocus,
}: {
  value: string | null;
  /** Codes that may be chosen; [] = all. */
  only: readonly string[];
  onChange: (code: string | null) => void;
  /** Enter on a chosen leaf: go on to the notes. */
  onDone: () => void;
  autoFocus: boolean;
}) {
  const { t, lang } = useSpeech();
  const all = useLeaves();
  const leaves = useMemo(() => all && leavesAmong(all, only), [all, only]);
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const [focused, setFocused] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = useMemo(() => findLeaves(leaves ?? [], search), [leaves, search]);
  const chosen = leaves?.find((leaf) => leaf.code === value) ?? null;
  const active = found[Math.min(at, found.length - 1)];

  useAction("disposition", () => field.current?.focus());
  useEffect(() => {
    if (autoFocus && document.activeElement?.tagName !== "TEXTAREA") field.current?.focus({ preventScroll: true });
  }, [autoFocus]);
  useEffect(() => {
    list.current?.querySelector("[data-active='true']")?.scrollIntoView({ block: "nearest" });
  }, [at, search]);

  const choose = (leaf: Leaf) => {
    onChange(leaf.code);
    setSearch("");
    setAt(Math.max(0, (leaves ?? []).indexOf(leaf)));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length > 0) setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active) {
        choose(active);
        onDone();
      }
    } else if (event.key === "Escape") {
      if (search) setSearch("");
      else field.current?.blur();
    }
  };

  let lastGroup = "";
  return (
    <div className="disposition">
      <div className="disposition-search">
        <Icon name="search" size={14} />
        <input
          ref={field}
          data-testid="disposition"
          data-value={value ?? ""}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={active ? `${id}-${active.code}` : undefined}
          aria-label={t("wrap.disposition")}
          placeholder={chosen ? `${leafPath(chosen, lang)} › ${leafName(chosen, lang)}` : t("wrap.search_disposition")}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
        {!focused && <Kbd>{chordOf("disposition")}</Kbd>}
      </div>
      <div className="disposition-list" id={`${id}-list`} role="listbox" aria-label={t("wrap.disposition")} ref={list}>
        {leaves === null && <p className="quiet small pad">{t("loading")}</p>}
        {leaves !== null && found.length === 0 && <p className="quiet small pad">{t("nothing_found")}</p>}
        {found.map((leaf) => {
          const group = leafPath(leaf, lang);
          const heading = group !== lastGroup;
          lastGroup = group;
          return (
            <div key={leaf.code} role="presentation">
              {heading && group && <div className="disposition-group">{group}</div>}
              <div
                id={`${id}-${leaf.code}`}
                role="option"
                aria-selected={leaf.code === value}
                data-testid="disposition-option"
                data-code={leaf.code}
                data-active={leaf === active}
                className="disposition-option"
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(leaf)}
              >
                <span>{leafName(leaf, lang)}</span>
                {leaf.code === value && <Icon name="check" size={14} />}
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}
