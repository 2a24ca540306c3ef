import { attentionSpeed, machineSpeed } from "./kernel_speed.mjs";
import { modelSpeed } from "./model_speed.mjs";
import { ortAttention } from "./ort_attention.mjs";

window.bench = { attentionSpeed, machineSpeed, modelSpeed, ortAttention };
