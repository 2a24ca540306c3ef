/** A full address, as the worker needs it: there, relative ones would mean something else. */
export function absoluteUrl(address: string | URL): string {
  const base =
    (globalThis as { document?: { baseURI: string } }).document?.baseURI ??
    (globalThis as { location?: { href: string } }).location?.href;
  return new URL(address, base).href;
}
