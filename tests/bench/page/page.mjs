import { ortAttention } from "./ort_attention.mjs";

window.bench = { ortAttention };
