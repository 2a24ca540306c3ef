// Where the model file lies. The literal below is what bundlers look for to copy the file along.

/** URL of the model: pass it to onehead's `load`. */
export const tiny = new URL("./onehead-tiny.q8_0.gguf", import.meta.url);
