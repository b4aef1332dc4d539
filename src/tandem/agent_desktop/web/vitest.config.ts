import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.{ts,tsx}"], setupFiles: ["test/browser.ts"], testTimeout: 20_000, restoreMocks: true },
});
