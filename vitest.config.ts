// The Node suites of the package: loader, options, engine on the simd128 build.
import { defineConfig } from "vitest/config";
import { sourceAlias } from "./vite.config.js";

export default defineConfig({
  resolve: { alias: sourceAlias },
  test: {
    include: ["tests/web/**/*.test.ts", "tests/demo/**/*.test.ts"],
    environment: "node",
    testTimeout: 30_000,
    pool: "forks",
  },
});
