// Gives the event loop a turn: lets messages (an abort, a new request) arrive between slices of computing.

export interface Mailbox {
  look(): Promise<void>;
  close(): void;
}

export function openMailbox(): Mailbox {
  // Node, Deno and Bun. A message channel would be drained there before anything else has its turn.
  const { setImmediate } = globalThis as { setImmediate?(run: () => void): unknown };
  if (setImmediate) return { look: () => new Promise((resolve) => setImmediate(resolve)), close() {} };
  // Browsers. Timers are held to 4 ms there and, in a hidden tab, to a second.
  const { port1, port2 } = new MessageChannel();
  let resume: (() => void) | undefined;
  port1.onmessage = () => resume?.();
  return {
    look: () =>
      new Promise((resolve) => {
        resume = resolve;
        port2.postMessage(0);
      }),
    close: () => port1.close(),
  };
}
