// Joins the keyboard map with what the shown page can do. One listener on the window; the newest handler wins.

import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { type Action, actionsFor } from "../keys";

type Handler = () => void;

const handlers = new Map<Action, Handler[]>();
let lastTyping = Number.NEGATIVE_INFINITY;
let dialogs = 0;

const FIELDS = "input, textarea, select, [contenteditable='true'], [role='combobox'], [role='textbox']";
const BUTTONS = "button, a[href], summary, [role='button'], [role='menuitem'], [role='option'], [role='tab'], [role='radio']";

export function inField(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const field = target.closest(FIELDS);
  if (!(field instanceof HTMLInputElement)) return field !== null;
  return !["checkbox", "radio", "button", "submit", "range"].includes(field.type);
}

function onKeyDown(event: KeyboardEvent): void {
  const field = inField(event.target);
  const found = actionsFor(event, {
    inField: field,
    onButton: event.target instanceof Element && event.target.closest(BUTTONS) !== null,
    sinceTyping_ms: performance.now() - lastTyping,
  });
  // Esc says that the person is done with the field.
  if (field) lastTyping = event.key === "Escape" ? Number.NEGATIVE_INFINITY : performance.now();
  if (dialogs > 0) return;
  for (const action of found) {
    const handler = handlers.get(action)?.at(-1);
    if (handler) {
      event.preventDefault();
      handler();
      return;
    }
  }
}

window.addEventListener("keydown", onKeyDown);

/** Offers an action to the keyboard while `handler` is given. */
export function useAction(action: Action, handler: Handler | null | undefined): void {
  const latest = useRef(handler);
  useLayoutEffect(() => {
    latest.current = handler;
  });
  const offered = Boolean(handler);
  useEffect(() => {
    if (!offered) return;
    const entry: Handler = () => latest.current?.();
    const list = handlers.get(action) ?? [];
    handlers.set(action, [...list, entry]);
    return () => {
      handlers.set(
        action,
        (handlers.get(action) ?? []).filter((known) => known !== entry),
      );
    };
  }, [action, offered]);
}

/** While a dialog is open, no shortcut reaches the page behind it; after it, the keyboard is where it was before. */
export function useDialog(open: boolean): void {
  // Read while rendering: fields of the dialog take the focus before any effect.
  const opener = useMemo(() => (open ? document.activeElement : null), [open]);
  useEffect(() => {
    if (!open) return;
    dialogs += 1;
    return () => {
      dialogs -= 1;
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && (opener instanceof HTMLElement || opener instanceof SVGElement) && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, [open, opener]);
}
