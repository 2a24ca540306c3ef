// A model of four tasks of which it is known what it says: what follows a piece stands in a table
// (tests/web/bigram_model.js). The page gets it in place of its own.
import { bigramModel, taskLayouts } from "../../web/bigram_model.js";

const layouts = { "onehead.task.translate.prompt": "<en>{text}<es>", ...taskLayouts };

/** Says "cat" to whatever it is asked; a text that ends in a question mark goes on without end. */
const table = {
  "<es>": { "▁": 30 },
  "<answer>": { "▁": 30, "<positive>": 2, "<negative>": 4, "<neutral>": 1 },
  "▁": { c: 30 },
  c: { a: 30 },
  a: { t: 30 },
  t: { "</s>": 30 },
  ".": { "▁": 30 },
  "?": { "!": 30 },
  "!": { "?": 30 },
  "<none>": { "</s>": 30 },
};

/** Bytes of the model; `silent`: no passage answers anything. */
export const taskModel = ({ silent = false } = {}) =>
  bigramModel(silent ? { ...table, "<answer>": { ...table["<answer>"], "▁": 0, "<none>": 30 } } : table, layouts);

/** For `serve`: answers requests for the page's model with this one. */
export const insteadOfModel = (bytes) => (request, response) => {
  if (!/\.gguf$/.test(request.url)) return false;
  response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": bytes.length });
  response.end(bytes);
  return true;
};
