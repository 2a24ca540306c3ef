// The package's types as a user compiles against them: strict, library files checked too, with the types of a page
// or with those of Node alone.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { path } from "./support.js";

let user: string;
beforeAll(() => {
  user = mkdtempSync(join(tmpdir(), "onehead-types-"));
  const modules = join(user, "node_modules");
  cpSync(path("dist"), join(modules, "onehead/dist"), { recursive: true });
  cpSync(path("package.json"), join(modules, "onehead/package.json"));
  symlinkSync(path("models/onehead-tiny"), join(modules, "onehead-tiny"));
  symlinkSync(path("node_modules/@types"), join(modules, "@types"));
  cpSync(path("tests/web/types/use.ts"), join(user, "use.ts"));
  writeFileSync(join(user, "package.json"), '{ "type": "module" }');
});
afterAll(() => rmSync(user, { recursive: true }));

const strict = { strict: true, skipLibCheck: false, noEmit: true, target: "ES2022" };
test.each([
  [
    "a page, by a bundler",
    { lib: ["ES2022", "ESNext.Disposable", "DOM"], module: "ESNext", moduleResolution: "Bundler", types: [] },
  ],
  [
    "a page, every check on",
    {
      lib: ["ES2022", "ESNext.Disposable", "DOM"],
      module: "NodeNext",
      types: [],
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
    },
  ],
  ["Node alone", { lib: ["ES2022", "ESNext.Disposable"], module: "NodeNext", types: ["node"] }],
])("%s", { timeout: 120_000 }, (_, options) => {
  writeFileSync(
    join(user, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...strict, ...options }, files: ["use.ts"] }),
  );
  const { stdout, status } = spawnSync(process.execPath, [path("node_modules/typescript/bin/tsc"), "-p", user], {
    encoding: "utf8",
  });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
