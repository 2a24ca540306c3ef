// The golden tables: one over synthetic models and stories260K, one over the shipped model.
export const tables = ["tests/goldens/one_answer.json", "tests/goldens/onehead_tiny.json"];
