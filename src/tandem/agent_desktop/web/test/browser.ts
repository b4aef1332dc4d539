// The little of a browser that modules touch when they are loaded.

const store = new Map<string, string>();

class MemoryStorage {
  [key: string]: unknown;

  getItem(key: string): string | null {
    return store.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    store.set(key, value);
  }
}

const parts = { localStorage: new MemoryStorage(), document: { documentElement: { lang: "" } }, navigator: { language: "en" } };
// A test that draws pages brings a document of its own.
if (!("document" in globalThis)) {
  for (const [name, value] of Object.entries(parts)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}
