// The suites that run in Node: the package as it is built (dist/, the simd128 engine), and the page's pure parts.
import { defineConfig } from "vitest/config";
import { distAlias } from "./vite.config.js";

export default defineConfig({
  resolve: { alias: distAlias },
  test: {
    include: ["tests/web/**/*.test.ts", "tests/demo/**/*.test.ts"],
    environment: "node",
    testTimeout: 30_000,
    pool: "forks",
    execArgv: ["--expose-gc"], // to tell what is garbage from what is held
    server: { deps: { external: [/\/dist\//] } },
  },
});
