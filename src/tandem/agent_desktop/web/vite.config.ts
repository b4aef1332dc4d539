import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const styleSheets = fileURLToPath(new URL("./src/ui/adoptedStyles.ts", import.meta.url));

export default defineConfig({
  plugins: [react()],
  // antd writes its styles through this one module; ours puts them into constructed style sheets, which a
  // Content-Security-Policy without 'unsafe-inline' allows.
  resolve: { alias: [{ find: /^.*\/dynamicCSS$/, replacement: styleSheets }] },
  build: {
    outDir: "../web_dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    // What the licences of the bundled packages ask for: their texts go along with the pages.
    license: { fileName: "licenses.txt" },
  },
  server: {
    proxy: { "/api": { target: process.env["TANDEM_API"] ?? "http://127.0.0.1:18000", ws: true } },
  },
});
