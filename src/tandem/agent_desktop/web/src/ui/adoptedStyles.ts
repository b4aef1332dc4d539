// Stands in for @rc-component/util's dynamicCSS (see vite.config.ts): the same four functions, but the styles go into
// constructed style sheets instead of <style> elements. The CSS object model is not subject to `style-src`, so antd
// works under a policy that forbids inline styles.

interface Options {
  mark?: string;
  prepend?: boolean | "queue";
  priority?: number;
}

interface Entry {
  sheet: CSSStyleSheet;
  css: string;
  /** Callers set attributes on what they get back; it is never put into the document. */
  handle: HTMLStyleElement;
  rank: number;
}

const entries = new Map<string, Entry>();

function rankOf({ prepend, priority = 0 }: Options): number {
  if (prepend === "queue") return priority;
  return prepend ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Inserts the sheet behind the last one of the same or a lower rank. */
function adopt(entry: Entry): void {
  const rankBySheet = new Map([...entries.values()].map((known) => [known.sheet, known.rank]));
  const sheets = [...document.adoptedStyleSheets];
  let index = sheets.length;
  while (index > 0 && (rankBySheet.get(sheets[index - 1]!) ?? 0) > entry.rank) index -= 1;
  sheets.splice(index, 0, entry.sheet);
  document.adoptedStyleSheets = sheets;
}

let unnamed = 0;

export function updateCSS(css: string, key: string, options: Options = {}): HTMLStyleElement {
  const known = entries.get(key);
  if (known) {
    if (known.css !== css) {
      known.sheet.replaceSync(css);
      known.css = css;
    }
    return known.handle;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const entry: Entry = { sheet, css, handle: document.createElement("style"), rank: rankOf(options) };
  adopt(entry);
  entries.set(key, entry);
  return entry.handle;
}

export function injectCSS(css: string, options: Options = {}): HTMLStyleElement {
  unnamed += 1;
  return updateCSS(css, `unnamed-${unnamed}`, options);
}

export function removeCSS(key: string): void {
  const entry = entries.get(key);
  if (!entry) return;
  entries.delete(key);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== entry.sheet);
}

export function clearContainerCache(): void {
  // Nothing is kept per container: a document has one list of sheets.
}
