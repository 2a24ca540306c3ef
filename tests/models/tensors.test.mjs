// Every tensor of both files, as the engine holds it, equals what the `gguf` library makes of the file, bit for bit:
// in the tiles of the fast mode, and in those of the reference mode.
import assert from "node:assert/strict";
import { test } from "node:test";
import { modelPath, nativeProgram, publicModels, python } from "./support.mjs";

for (const model of Object.values(publicModels))
  for (const precision of ["int8", "f32"])
    test(`${model.title}: tensors, precision ${precision}`, async (context) => {
      const command = [nativeProgram("dequantize_tensors"), modelPath(model), precision];
      const { different, missing, values } = await python("tensors", { model: modelPath(model), command });
      assert.deepEqual(different, []);
      assert.deepEqual(missing, []);
      const counts = Object.entries(values).map(([type, count]) => `${type} ${(count / 1e6).toFixed(1)} M`);
      context.diagnostic(`equal: ${counts.join(", ")} values`);
      assert.ok(Object.keys(values).length > 2);
    });
