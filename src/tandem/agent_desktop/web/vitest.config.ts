import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.{ts,tsx}"], setupFiles: ["test/browser.ts"], testTimeout: 60_000, hookTimeout: 60_000, restoreMocks: true },
});
