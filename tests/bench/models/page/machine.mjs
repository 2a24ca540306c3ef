// What the machine can do in wasm: reading from memory and multiplying in one worker or two at once, and the int8
// matrix product of several rows.

const variant = "relaxed";

async function together(count, what) {
  const workers = Array.from({ length: count }, () => new Worker("machine_worker.mjs", { type: "module" }));
  const ask = (worker, message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(message);
    });
  try {
    await Promise.all(workers.map((worker) => ask(worker, { prepare: variant })));
    const rates = await Promise.all(workers.map((worker) => ask(worker, { measure: what })));
    return rates.reduce((sum, { rate }) => sum + rate, 0);
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/** Bytes read and multiply-adds done per second, by one worker and by two. */
export async function machineRates() {
  return {
    readBytes: [await together(1, "readRun"), await together(2, "readRun")],
    mulAdds: [await together(1, "mulAddRun"), await together(2, "mulAddRun")],
  };
}

/** Multiply-adds per second of a Q8_0 matrix product of `rows` rows. */
export async function gemmRate({ outputs, columns, rows }) {
  const worker = new Worker("machine_worker.mjs", { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.rate));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage({ gemm: variant, outputs, columns, rows });
    });
  } finally {
    worker.terminate();
  }
}
