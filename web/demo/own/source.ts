// What a visitor has chosen: a file of the device, or an address.

export type Source =
  | { readonly kind: "file"; readonly file: File }
  | { readonly kind: "address"; readonly url: string };

/** The file's name without folders and ending. */
export function sourceName(source: Source): string {
  const path = source.kind === "file" ? source.file.name : new URL(source.url).pathname;
  const name = decode(path.split("/").pop() ?? "");
  return name.replace(/\.gguf$/i, "") || "model";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An address as typed; a sentence if it is none. Relative ones are of the page's own server. */
export function parseAddress(text: string, base: string): { url: string } | { problem: string } {
  const trimmed = text.trim();
  if (trimmed === "") return { problem: "Type the address of a .gguf file, or paste it." };
  // "example.org/model.gguf": people leave the scheme out.
  const named = /^[\w-]+(\.[\w-]+)+\/\S/.test(trimmed) && !/^[a-z][a-z\d+.-]*:/i.test(trimmed);
  let url: URL;
  try {
    url = new URL(named ? `https://${trimmed}` : trimmed, base);
  } catch {
    return { problem: "This is no address. It should look like https://example.org/model.gguf." };
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return { problem: "Only addresses that begin with https:// or http:// can be fetched." };
  }
  return { url: url.href };
}

/** The model among dropped or chosen files. */
export const chosenFile = (files: Iterable<File>): File | undefined => {
  const all = [...files];
  return all.find((file) => /\.gguf$/i.test(file.name)) ?? all[0];
};
