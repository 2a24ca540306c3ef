// What the tools say to a person: one line per thing done, a remedy when something cannot be had.

const useColour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (useColour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const step = (text) => console.log(`${paint(36, "→")} ${text}`);
export const done = (text) => console.log(`${paint(32, "✓")} ${text}`);
export const note = (text) => console.log(`  ${text}`);
export const warn = (text) => console.log(`${paint(33, "!")} ${text}`);

/** An error whose message is a sentence for a person and whose remedy is the command that helps. */
export class ToolError extends Error {
  constructor(message, remedy) {
    super(message);
    this.name = "ToolError";
    this.remedy = remedy;
  }
}

/** Runs a tool's main function; a ToolError ends it with its sentence and remedy instead of a stack. */
export async function main(body) {
  try {
    process.exitCode = (await body(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    console.error(`${paint(31, "✗")} ${error.message}`);
    if (error.remedy) console.error(`  ${error.remedy}`);
    process.exitCode = 1;
  }
}
