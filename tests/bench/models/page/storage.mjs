// The model's bytes at hand: a file in the origin's private file system where there is one, else in memory.

export async function storeModel(name) {
  const response = await fetch(`/public-models/${name}`);
  const folder = await navigator.storage?.getDirectory?.().catch(() => null);
  const handle = await folder?.getFileHandle(name, { create: true });
  if (!handle?.createWritable) return void blobs.set(name, await response.blob());
  await response.body.pipeTo(await handle.createWritable());
}

const blobs = new Map();

export async function storedModel(name) {
  if (blobs.has(name)) return blobs.get(name);
  return (await (await navigator.storage.getDirectory()).getFileHandle(name)).getFile();
}
