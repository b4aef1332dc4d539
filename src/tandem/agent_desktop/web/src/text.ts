// Text that leaves the page: the server takes no control characters.

/** One line: every control character and line break becomes a space. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
}

/** Several lines: line feeds and tabs stay, all other control characters go. */
export function lines(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "").trim();
}
