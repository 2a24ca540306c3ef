/** URL of the English to Spanish translator: pass it to onehead's `load`. */
export const translateEnEs: URL;
