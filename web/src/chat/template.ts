// The chat template of a model file: a program of a stranger, in Jinja. It runs with a budget, knows no clock, and
// whatever it does wrong is one error.

import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { OneheadError } from "../errors.js";

/** Steps, in all: far more than a long conversation takes, and over in a moment. */
const kMaxWork = 500_000;
/** Turns of a loop cost more than what is evaluated in them, elements and characters that are only passed on less. */
const kTurnWork = 4;
const kElementsPerWork = 256;
const kMaxTextLength = 1 << 24;
const kMaxTemplateLength = 1 << 20;
const kMaxRange = 10_000;

type Value = ReturnType<Interpreter["evaluate"]>;

class TooMuch extends Error {}

class BoundedInterpreter extends Interpreter {
  #left = kMaxWork;
  /** What the loops that were met go through. */
  readonly #iterables = new Set<unknown>();

  override evaluate(...args: Parameters<Interpreter["evaluate"]>): Value {
    const [node] = args;
    this.#spend(1);
    if (node?.type === "For") {
      const { iterable } = node as unknown as { iterable: { type: string; lhs?: unknown } };
      this.#iterables.add(iterable.type === "SelectExpression" ? iterable.lhs : iterable);
    }
    const value = super.evaluate(...args);
    this.#spend(size(value) * (this.#iterables.has(node) ? kTurnWork : 1 / kElementsPerWork));
    return value;
  }

  #spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new TooMuch("it does not come to an end");
  }
}

/** Elements or characters of a value. */
function size({ value }: Value): number {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (typeof value !== "string") return 0;
  if (value.length > kMaxTextLength) throw new TooMuch("it writes without end");
  return value.length;
}

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const n = Math.max(0, Math.ceil((to - from) / step));
  if (!(n <= kMaxRange)) throw new TooMuch(`range(${from}, ${to}, ${step}) is too long`);
  return Array.from({ length: n }, (_, i) => from + i * step);
}

function fail(what: string, cause: unknown): never {
  // A stack that ran over says so in words of its own engine.
  const reason =
    cause instanceof RangeError && !(cause instanceof TooMuch)
      ? "it calls itself without end"
      : String((cause as Error).message);
  throw new OneheadError("template-failed", `The model's chat template ${what}: ${reason.replace(/\.$/, "")}.`, {
    cause,
  });
}

/** Gives a function that renders with these variables. Throws `template-failed`. */
export function compileTemplate(source: string): (variables: Readonly<Record<string, unknown>>) => string {
  let program: ReturnType<typeof parse>;
  try {
    if (source.length > kMaxTemplateLength) throw new TooMuch("it is longer than 1 MiB");
    program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  } catch (cause) {
    fail("cannot be read", cause);
  }
  return (variables) => {
    const environment = new Environment();
    const globals = {
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
      None: null,
      range,
      raise_exception(message: string) {
        throw new Error(message);
      },
      ...variables,
    };
    try {
      for (const [name, value] of Object.entries(globals)) environment.set(name, value);
      return new BoundedInterpreter(environment).run(program).toString();
    } catch (cause) {
      fail("gave up on this conversation", cause);
    }
  };
}
