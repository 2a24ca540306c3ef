// Gives the event loop a turn: lets messages (an abort, a new request) arrive between slices of computing. A message
// channel, because timers are held to 4 ms and, in a hidden tab, to a second.

export interface Mailbox {
  look(): Promise<void>;
  close(): void;
}

export function openMailbox(): Mailbox {
  const { port1, port2 } = new MessageChannel();
  let resume: (() => void) | undefined;
  port1.onmessage = () => resume?.();
  // In Node an open port keeps the process alive, also when nobody waits.
  const hold = (port: MessagePort, pending: boolean) => {
    const node = port as MessagePort & { ref?(): void; unref?(): void };
    if (pending) node.ref?.();
    else node.unref?.();
  };
  hold(port1, false);
  return {
    look: () =>
      new Promise<void>((resolve) => {
        hold(port1, true);
        resume = () => {
          hold(port1, false);
          resolve();
        };
        port2.postMessage(0);
      }),
    close: () => port1.close(),
  };
}
