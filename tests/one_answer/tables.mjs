// The golden tables: one over synthetic models and stories260K, one over the shipped model.
export const tables = ["tests/goldens/one_answer.json", "tests/goldens/onehead_tiny.json"];

/** The first few differences; with a new shipped model its table must be made anew (tests/goldens/README.md). */
export const describe = (differences) =>
  `${differences.length} differences:\n${differences
    .map((text) => text.slice(0, 300))
    .slice(0, 8)
    .join("\n")}`;
