// Search in the steps and what they say; in every file of the flow.

import { Input } from "antd";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../../../ui/icons";
import { type FileView, matches, summaryOf } from "../document/flowFile";
import { useFlowSpeech } from "../speech";

export interface Hit {
  file: string;
  step: string;
}

const MOST = 60;

export function Finder({ files, shown, onGo, onFound, onClose }: { files: readonly { name: string; view: FileView }[]; shown: string; onGo: (hit: Hit) => void; onFound: (steps: ReadonlySet<string> | null) => void; onClose: () => void }) {
  const { t, lang } = useFlowSpeech();
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const hits = useMemo(() => {
    const ordered = [...files].sort((a, b) => Number(b.name === shown) - Number(a.name === shown));
    return ordered.flatMap(({ name, view }) => matches(view, wanted).map((step) => ({ file: name, step, words: view.steps.get(step) ? summaryOf(view.steps.get(step)!, lang, view) : "" })));
  }, [files, shown, wanted, lang]);
  useEffect(() => {
    onFound(wanted.trim() === "" ? null : new Set(hits.filter((hit) => hit.file === shown).map((hit) => hit.step)));
  }, [hits, wanted, shown, onFound]);
  useEffect(() => () => onFound(null), [onFound]);
  const go = (index: number) => {
    const hit = hits[index];
    if (!hit) return;
    setAt(index);
    list.current?.children[index]?.scrollIntoView({ block: "nearest" });
    onGo(hit);
  };
  return (
    <div className="finder panel" role="search" data-testid="finder">
      <Input
        autoFocus
        size="small"
        value={typed}
        prefix={<Icon name="search" size={13} />}
        suffix={<span className="quiet num small">{typed.trim() === "" ? "" : hits.length === 0 ? "0" : `${at + 1}/${hits.length}`}</span>}
        placeholder={t("find.placeholder")}
        aria-label={t("find.placeholder")}
        data-testid="find-text"
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          else if (event.key === "Enter" || event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            const back = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey);
            go(event.key === "Enter" && at === 0 && !event.shiftKey && list.current?.dataset["gone"] !== typed ? 0 : (at + (back ? hits.length - 1 : 1)) % Math.max(1, hits.length));
            if (list.current) list.current.dataset["gone"] = typed;
          }
        }}
      />
      <button type="button" className="icon-button" aria-label={t("find.close")} onClick={onClose}>
        <Icon name="close" size={13} />
      </button>
      {typed.trim() !== "" && (
        <ul ref={list}>
          {hits.slice(0, MOST).map((hit, index) => (
            <li key={`${hit.file}/${hit.step}`}>
              <button type="button" className={index === at ? "on" : ""} onClick={() => go(index)}>
                <b className="mono">{hit.step}</b>
                {hit.file !== shown && <span className="mark">{hit.file}</span>}
                <small className="cut">
                  <bdi>{hit.words}</bdi>
                </small>
              </button>
            </li>
          ))}
          {hits.length === 0 && <li className="quiet pad">{t("find.nothing")}</li>}
        </ul>
      )}
    </div>
  );
}
