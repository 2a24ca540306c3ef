/** URL of the model: pass it to onehead's `load`. */
export const tiny: URL;
