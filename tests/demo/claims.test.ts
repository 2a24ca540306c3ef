import { readFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { load } from "onehead";
import { describe, expect, test } from "vitest";
import { claims, leftOut } from "../../web/demo/claims/claims";
import { claimsTable } from "../../web/demo/claims/claims_view";
import { markdown } from "../../web/demo/claims/markdown";
import { readStudies } from "../../web/demo/claims/read_studies";
import type { Studies, TwinsStudy } from "../../web/demo/claims/studies";

const model = { nQueryHeads: 8, nKvHeads: 1, kvBytesPerToken: 1536 };
const found: Studies = { ...readStudies(new URL("../../docs/studies", import.meta.url).pathname), model };
const text = (studies: Studies) =>
  claims(studies)
    .flatMap(({ measured }) => measured)
    .join("\n");

const twins = JSON.parse(`{
  "steps": 900,
  "twins": {
    "h8-g8": { "heads": 8, "kv_heads": 8, "seeds": 3, "chrF": { "mean": 50, "half": 1 }, "kv_bytes_per_token": 12288, "ms": [2, 9] },
    "h8-g1": { "heads": 8, "kv_heads": 1, "seeds": 3, "chrF": { "mean": 49, "half": 1 }, "kv_bytes_per_token": 1536, "ms": [1, 3] }
  },
  "differences": [
    { "of": "h8-g1", "against": "h8-g8", "chrF": { "difference": -0.71, "half": 0.52 } },
    { "of": "h8-g1", "against": "h1-g1", "chrF": { "difference": 1.25, "half": null } },
    { "of": "h8-g1", "against": "h1-g1-plain", "chrF": { "difference": 0.4, "half": 0.6 } }
  ],
  "speed": { "cases": [[64, 1], [1024, 16]] }
}`) as TwinsStudy;

describe("claims", () => {
  test("a study that has not been made is said to be missing, or its row is left out", () => {
    const none = claims({ model });
    expect(none.map(({ topic }) => topic)).toEqual(["Context", "Efficiency"]);
    for (const { measured } of none) expect(measured.join()).toContain("Not measured yet");
    expect(leftOut({ model }).join()).toContain("Not measured yet");
    expect(text({ model })).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("bytes are the model's, times the heads that share", () => {
    expect(text({ model })).toContain("1,536 bytes");
    expect(text({ model })).toContain("12,288: eight times");
  });

  test("twins give their differences, with an interval where there are seeds for it", () => {
    const all = text({ model, twins });
    expect(all).toContain("chrF +1.25.");
    expect(all).toContain("chrF +0.40 ± 0.60, which chance alone may give.");
    expect(all).toContain("2.00 × at 64 tokens, 3.00 × at 1,024 tokens and 16 texts at once");
    expect(all).not.toContain("Not measured yet");
    expect(leftOut({ model, twins }).join()).toContain(
      "(3 seeds, 900 steps): MQA less multi-head attention is chrF −0.71 ± 0.52. ",
    );
  });

  test("the study of the heads: numbers of its file", () => {
    const { heads } = found;
    if (heads === undefined) throw new Error("docs/studies/heads.json is missing");
    const all = text(found);
    const [least, most] = [Math.min(...heads.between_heads.layers), Math.max(...heads.between_heads.layers)];
    expect(all).toContain(`${least.toFixed(2)} bits`);
    expect(all).toContain(`to ${most.toFixed(2)} (`);
    expect(all).not.toMatch(/NaN|undefined|Infinity/);
    const far = heads.distance.translations?.even.reduce(
      (sum, share, i) => sum + (Number(heads.distance.translations?.bins[i]?.split("-")[0]) >= 9 ? share : 0),
      0,
    ) as number;
    expect(all).toContain(`would give ${Math.round(100 * far)} %`);
  });

  test("drawn as a table with heads", () => {
    const { document } = parseHTML("<html></html>");
    const table = claimsTable(claims(found), { document });
    expect(table.querySelectorAll('thead th[scope="col"]')).toHaveLength(3);
    expect(table.querySelectorAll('tbody th[scope="row"]')).toHaveLength(claims(found).length);
  });
});

test("docs/claims.md says what the page says (vitest -u writes it anew)", async () => {
  const file = new URL("../../models/onehead-tiny/onehead-tiny.q8_0.gguf", import.meta.url);
  const shipped = await load(new Uint8Array(readFileSync(file)), { runtime: { worker: false } });
  const { nQueryHeads, nKvHeads, kvBytesPerToken } = shipped.info;
  shipped.dispose();
  await expect(markdown({ ...found, model: { nQueryHeads, nKvHeads, kvBytesPerToken } })).toMatchFileSnapshot(
    "../../docs/claims.md",
  );
});
