// The Debian packages by purpose: `node tools/debian.mjs list native browsers` prints them for apt-get,
// `install` installs those that are missing.
import { done, main, ToolError, warn } from "./lib/log.mjs";
import { aptInstall, asRoot, capture, debianPackages, which } from "./lib/run.mjs";

const installed = (name) => capture("dpkg", ["-s", name])?.includes("install ok installed");

main(async ([action, ...purposes]) => {
  const packages = debianPackages(...purposes);
  if (!["list", "install"].includes(action) || !packages.length)
    throw new ToolError(
      "Say list or install, and purposes.",
      "For example: node tools/debian.mjs list native browsers",
    );
  if (action === "list") {
    console.log(packages.join(" "));
    return 0;
  }
  if (!which("apt-get")) {
    warn("this is not Debian or Ubuntu: the tests will say what they miss");
    return 0;
  }
  const missing = packages.filter((name) => !installed(name));
  if (missing.length && !(await aptInstall(missing)))
    throw new ToolError(
      `${missing.length} Debian packages are missing and could not be installed.`,
      `${asRoot() === null ? "As root: " : ""}apt-get install ${missing.join(" ")}`,
    );
  done(`Debian packages for ${purposes.join(", ")}: ${packages.length} here`);
});
