#!/bin/sh
# The whole pipeline on 1 % of the data, in about two minutes: does every step still run?
# Usage: training/smoke.sh [DATA FOLDER]
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-$HOME/.cache/onehead/venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=${1:+--data $1}

echo "parts"
"$python" -m unittest
echo "prepare"
# A vocabulary of 4,096 needs a few thousand sentences; generated ones make up the number.
"$python" prepare.py $data --work "$work" --share 0.01 --held-back 50 --generated 4000
for heads in 1 2 8; do
  echo "train and export with $heads K/V heads"
  "$python" train.py --work "$work" --run "g$heads" --steps 12 --kv-heads "$heads" \
    --grammar-pairs 400 --tokens 2048 --checkpoint-seconds 1
  "$python" export_gguf.py --work "$work" --run "g$heads" --type f32 --out "$work/g$heads.gguf"
done
echo "resume: two runs of 12 steps, one stopped at 6, end alike"
"$python" train.py --work "$work" --run whole --steps 12 --grammar-pairs 400 --tokens 2048
"$python" train.py --work "$work" --run halves --steps 12 --stop-at 6 --grammar-pairs 400 --tokens 2048
"$python" train.py --work "$work" --run halves --steps 12 --grammar-pairs 400 --tokens 2048
"$python" compare_checkpoints.py "$work/whole/final.pt" "$work/halves/final.pt"
echo "one attention head (H = 1)"
"$python" train.py --work "$work" --run h1 --steps 4 --heads 1 --grammar-pairs 400 --tokens 2048
"$python" export_gguf.py --work "$work" --run h1 --type q8_0 --out "$work/h1.gguf"
echo "all tasks, two layers more, three batches a step"
"$python" prepare.py $data --work "$work/tasks" --share 0.01 --held-back 50 --generated 4000 --tasks
"$python" train.py --work "$work/tasks" --steps 6 --layers 8 --context 384 --accumulate 3 --tokens 2048 \
  --grammar-pairs 100 --sentiment 60 --squad 60 --babi 60 --story 10
"$python" export_gguf.py --work "$work/tasks" --out "$work/tasks.gguf"
"$python" -m tasks.evaluate --work "$work/tasks" --gguf "$work/tasks.gguf" --rows 4
echo "alignment, scores, oracle"
"$python" alignment.py --work "$work" --run g1 --sentences 5
for type in f32 f16 q8_0; do
  "$python" export_gguf.py --work "$work" --run g1 --type "$type" --out "$work/$type.gguf"
  "$python" evaluate.py --work "$work" --gguf "$work/$type.gguf" --set own --rows 8
done
head -n 3 "$work/own.tsv" >"$work/sentences.tsv"
"$python" dump_oracle.py --gguf "$work/f32.gguf" --sentences "$work/sentences.tsv" \
  --out "$work/oracle" --attention
"$python" check_tokenizer.py --work "$work" --gguf "$work/f32.gguf"
echo "all steps ran"
