// A model file made here whose next token depends on the last one alone, as a table says: one layer that adds nothing,
// an embedding that names the token, and an output head that is the table. So what a task should give is known.

const kControl =
  "<unk> <s> </s> <en> <es> <sentiment> <positive> <negative> <neutral> <passage> <question> <answer> <none> <story>";
const control = kControl.split(" ");
const letters = ["▁", ..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,?!'"];
const pieces = [...control, ...letters];
const width = 96; // ≥ pieces
export const idOf = (piece) => pieces.indexOf(piece);

/** The layouts of the tasks beside translation. */
export const taskLayouts = {
  "onehead.task.classify.prompt": "<sentiment>{text}<answer>",
  "onehead.task.classify.labels": ["positive", "negative", "neutral"],
  "onehead.task.classify.label_tokens": ["<positive>", "<negative>", "<neutral>"],
  "onehead.task.answer.prompt": "<passage>{passage}<question>{question}<answer>",
  "onehead.task.answer.none_token": "<none>",
  "onehead.task.complete.prompt": "<story>{text}",
};

class Writer {
  #bytes = [];
  #text = new TextEncoder();

  u8 = (...values) => this.#bytes.push(...values);
  u32 = (value) => this.u8(...new Uint8Array(Uint32Array.of(value).buffer));
  u64 = (value) => this.u8(...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  f32 = (value) => this.u8(...new Uint8Array(Float32Array.of(value).buffer));
  string = (text) => {
    const bytes = this.#text.encode(text);
    this.u64(bytes.length);
    this.u8(...bytes);
  };

  value(value) {
    if (typeof value === "string") {
      this.u32(8);
      this.string(value);
    } else if (typeof value === "boolean") {
      this.u32(7);
      this.u8(Number(value));
    } else if (value instanceof Float32Array || value instanceof Int32Array) {
      const isFloat = value instanceof Float32Array;
      this.u32(9);
      this.u32(isFloat ? 6 : 5);
      this.u64(value.length);
      for (const number of value) isFloat ? this.f32(number) : this.u32(number);
    } else if (Array.isArray(value)) {
      this.u32(9);
      this.u32(8);
      this.u64(value.length);
      for (const text of value) this.string(text);
    } else {
      this.u32(Number.isInteger(value) ? 4 : 6);
      if (Number.isInteger(value)) this.u32(value);
      else this.f32(value);
    }
  }

  align = () => {
    while (this.#bytes.length % 32) this.u8(0);
  };
  get bytes() {
    return Uint8Array.from(this.#bytes);
  }
}

/** The file, with its tasks' layouts among `metadata`. */
export function bigramModel(bigrams, metadata) {
  const keys = {
    "general.architecture": "llama",
    "llama.vocab_size": pieces.length,
    "llama.context_length": 128,
    "llama.embedding_length": width,
    "llama.block_count": 1,
    "llama.feed_forward_length": 32,
    "llama.attention.head_count": 2,
    "llama.attention.head_count_kv": 1,
    "llama.attention.layer_norm_rms_epsilon": 1e-6,
    "llama.rope.freq_base": 10000.5,
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": pieces,
    "tokenizer.ggml.scores": new Float32Array(pieces.length),
    "tokenizer.ggml.token_type": Int32Array.from(pieces, (_, i) => (i === 0 ? 2 : i < control.length ? 3 : 1)),
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.unknown_token_id": 0,
    ...metadata,
  };
  const half = width / 2;
  const head = new Float32Array(pieces.length * width);
  // The norm makes a one-hot row √width long.
  for (const [before, row] of Object.entries(bigrams)) {
    for (const [after, logit] of Object.entries(row)) {
      head[idOf(after) * width + idOf(before)] = logit / Math.sqrt(width);
    }
  }
  const embedding = new Float32Array(pieces.length * width);
  for (let i = 0; i < pieces.length; ++i) embedding[i * width + i] = 1;
  const ones = new Float32Array(width).fill(1);
  const zeros = (...shape) => [shape, new Float32Array(shape.reduce((a, b) => a * b))];
  const tensors = {
    "token_embd.weight": [[width, pieces.length], embedding],
    "output_norm.weight": [[width], ones],
    "output.weight": [[width, pieces.length], head],
    "blk.0.attn_norm.weight": [[width], ones],
    "blk.0.attn_q.weight": zeros(width, width),
    "blk.0.attn_k.weight": zeros(width, half),
    "blk.0.attn_v.weight": zeros(width, half),
    "blk.0.attn_output.weight": zeros(width, width),
    "blk.0.ffn_norm.weight": [[width], ones],
    "blk.0.ffn_gate.weight": zeros(width, 32),
    "blk.0.ffn_up.weight": zeros(width, 32),
    "blk.0.ffn_down.weight": zeros(32, width),
  };

  const out = new Writer();
  out.u8(...new TextEncoder().encode("GGUF"));
  out.u32(3);
  out.u64(Object.keys(tensors).length);
  out.u64(Object.keys(keys).length);
  for (const [key, value] of Object.entries(keys)) {
    out.string(key);
    out.value(value);
  }
  let offset = 0;
  for (const [name, [shape, data]] of Object.entries(tensors)) {
    out.string(name);
    out.u32(shape.length);
    for (const n of shape) out.u64(n);
    out.u32(0);
    out.u64(offset);
    offset += Math.ceil(data.byteLength / 32) * 32;
  }
  for (const [, data] of Object.values(tensors)) {
    out.align();
    for (const number of data) out.f32(number);
  }
  return out.bytes;
}
