// Where the browsers of this machine are, and the sentence for a person when one is missing.
import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

export class MissingBrowser extends Error {
  constructor(what, remedy) {
    super(`${what} is not installed. To get it: ${remedy}`);
    this.name = "MissingBrowser";
    this.remedy = remedy;
  }
}

const executable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The first of `names` on PATH or the first of `files` that can be executed. */
export function find(what, remedy, { names = [], files = [] }) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...candidates, ...files].find(executable);
  if (!found) throw new MissingBrowser(what, remedy);
  return found;
}

/** WebKitGTK's MiniBrowser lies in a folder of the multi-arch library path. */
export function findMiniBrowser(remedy) {
  const files = [];
  for (const lib of ["/usr/lib", "/usr/libexec"])
    for (const arch of ["", ...subfolders(lib)])
      for (const version of ["webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"])
        files.push(join(lib, arch, version, "MiniBrowser"));
  return find("WebKitGTK's MiniBrowser", remedy, { files });
}

function subfolders(folder) {
  try {
    return readdirSync(folder).filter((name) => name.includes("-linux-gnu"));
  } catch {
    return [];
  }
}
