// `using` and `await using`, in engines that have the symbols.

/** Gives an object `[Symbol.dispose]` and `[Symbol.asyncDispose]`, where they exist. */
export function installDispose(target: object, dispose: () => void, disposeAsync: () => Promise<void>): void {
  const symbols = Symbol as { readonly dispose?: symbol; readonly asyncDispose?: symbol };
  if (symbols.dispose) Object.defineProperty(target, symbols.dispose, { value: dispose });
  if (symbols.asyncDispose) {
    Object.defineProperty(target, symbols.asyncDispose, { value: disposeAsync });
  }
}
