// Runs a suite once in each engine: one browser per engine and file, started before and closed after.
// A missing browser is a skip with the command that installs it; under CI=true it is a failure.
// ENGINES=chromium,webkit narrows the choice.
import { after, before, describe, it } from "node:test";
import { inCi } from "../../tools/lib/stage.mjs";
import { engines, launch, MissingBrowser } from "./drivers/index.mjs";
import { serve } from "./server.mjs";

export const chosen = process.env.ENGINES ? process.env.ENGINES.split(",") : engines;

/** A test that hangs ends here; none comes near it. */
const patience = 240_000;

/**
 * `body(test)` defines the tests; `test(title, fn)` runs `fn({ browser, open })`, where `open(mounts, serverOptions,
 * pageOptions)` gives { page, server } that are closed when the test ends. `only` limits the suite to some engines.
 */
export function forEachEngine(title, body, only = engines) {
  for (const name of chosen.filter((engine) => only.includes(engine)))
    describe(`${name}: ${title}`, () => {
      let browser = null;
      let missing = null;
      before(async () => {
        try {
          browser = await launch(name);
        } catch (error) {
          if (!(error instanceof MissingBrowser) || inCi) throw error;
          missing = error;
          console.log(`SKIPPED ${name}: ${error.message}`);
        }
      });
      after(() => browser?.close());
      body((testTitle, run) =>
        it(testTitle, { timeout: patience }, async (context) => {
          if (missing) return context.skip(missing.message);
          const closers = [];
          const open = async (mounts, serverOptions = {}, pageOptions = {}) => {
            const server = await serve(mounts, { ...serverOptions, probe: browser.probe });
            closers.push(() => server.close());
            const page = await browser.newPage(pageOptions);
            closers.push(() => page.close());
            return { page, server };
          };
          try {
            await run({ browser, open });
          } finally {
            for (const close of closers.reverse()) await close();
          }
        }),
      );
    });
}
