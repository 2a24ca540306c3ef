// Where the model file lies. The literal below is what bundlers look for to copy the file along.

/** URL of the English to Spanish translator: pass it to onehead's `load`. */
export const translateEnEs = new URL("./translate-en-es.q8_0.gguf", import.meta.url);
