/** Best is the least disturbed run, the median what to expect; both of interleaved rounds. */
export function summary(values, better) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    best: better === "lower" ? sorted[0] : sorted.at(-1),
    median: sorted[sorted.length >> 1],
    rounds: sorted.length,
  };
}

/** A table in plain text: the first row is the head, numbers stand right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join("  "),
    )
    .join("\n");
}
