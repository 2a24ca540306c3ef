// `npm test`: every check but the outside oracles and the benchmarks, stage by stage. `npm test -- web browser`
// runs only those stages; `npm test -- --list` names them. A stage whose need failed is not run and fails.
import { main } from "./lib/log.mjs";
import { counts, sum } from "./lib/stage.mjs";
import { stages } from "./stages/index.mjs";

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

main(async (args) => {
  if (args.includes("--list")) {
    for (const { name, about } of stages) console.log(`${name.padEnd(14)} ${about}`);
    return 0;
  }
  const unknown = args.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length) throw new Error(`no such stage: ${unknown.join(", ")} (npm test -- --list)`);
  const chosen = stages.filter((stage) => !args.length || args.includes(stage.name));
  const results = new Map();
  const rows = [];
  const started = Date.now();
  for (const [index, stage] of chosen.entries()) {
    console.log(`\n━━━ ${index + 1}/${chosen.length} ${stage.name}: ${stage.about}`);
    const since = Date.now();
    const broken = (stage.needs ?? []).find((name) => results.get(name)?.failed);
    let result;
    if (broken) {
      console.log(`not run, because ${broken} failed`);
      result = counts(0, 1);
    } else {
      try {
        result = await stage.run();
      } catch (error) {
        console.error(error.remedy ? `${error.message}\n  ${error.remedy}` : error);
        result = counts(0, 1);
      }
    }
    results.set(stage.name, result);
    rows.push({ stage: stage.name, ...result, time: seconds(since) });
    console.log(
      `━━━ ${stage.name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped in ${seconds(since)}`,
    );
  }
  console.log();
  for (const row of rows)
    console.log(
      `${row.failed ? "✗" : "✓"} ${row.stage.padEnd(14)} ${String(row.passed).padStart(5)} passed ${String(row.failed).padStart(3)} failed ${String(row.skipped).padStart(3)} skipped ${row.time.padStart(9)}`,
    );
  const total = sum([...results.values()]);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped (${seconds(started)})`);
  return total.failed ? 1 : 0;
});
