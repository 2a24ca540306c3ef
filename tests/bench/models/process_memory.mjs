// The most memory that the browser's busiest page process ever held (Linux): VmHWM of the largest renderer below us.
import { readdirSync, readFileSync } from "node:fs";

const field = (status, name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))?.[1] ?? 0);

export function peakOfRenderer() {
  const processes = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const renderer = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
      processes.set(Number(pid), { parent: field(status, "PPid"), peak: 1024 * field(status, "VmHWM"), renderer });
    } catch {} // it has ended
  const isBelowUs = (pid) => {
    for (; pid > 1; pid = processes.get(pid)?.parent ?? 0) if (pid === process.pid) return true;
    return false;
  };
  const peaks = [...processes].filter(([pid, one]) => one.renderer && isBelowUs(pid)).map(([, one]) => one.peak);
  return peaks.length ? Math.max(...peaks) : null;
}
