export function withTemplate(file: Uint8Array, template: string): Uint8Array;
