// A Python with packages of the registry, in an environment outside the clone (or the one that $PYTHON names).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { step, ToolError } from "./log.mjs";
import { cache } from "./paths.mjs";
import { aptInstall, capture, debianPackages, runQuietly } from "./run.mjs";

const venv = join(cache, "venv");
export const pythonPath = process.env.PYTHON || join(venv, "bin/python");

/** Makes the environment where it is missing. */
export async function ensureVenv() {
  if (process.env.PYTHON || existsSync(pythonPath)) return;
  step(`making a Python environment in ${venv}`);
  if (capture("python3", ["-m", "venv", venv]) !== null) return;
  await aptInstall(debianPackages("oracles"));
  if (capture("python3", ["-m", "venv", venv]) === null)
    throw new ToolError("Python's venv module is missing.", "sudo apt-get install python3-venv");
}

/** Installs what `requirements` names unless `modules` can be imported already. */
export async function ensurePythonPackages(modules, requirements) {
  const check = `import ${modules}`;
  if (capture(pythonPath, ["-c", check]) !== null) return;
  if (process.env.PYTHON) throw new ToolError(`$PYTHON cannot “${check}”.`, `pip install -r ${requirements}`);
  await ensureVenv();
  if (
    (await runQuietly(`pip install -r ${requirements}`, pythonPath, ["-m", "pip", "install", "-r", requirements])) !== 0
  )
    throw new ToolError(`pip could not install what ${requirements} names.`, "Its words are above.");
}
