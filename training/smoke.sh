#!/bin/sh
# The whole pipeline on 1 % of the data, in about three minutes of one core: does every step still run?
# Decode times are measured in dist/: npm run build first.
# Usage: training/smoke.sh [DATA FOLDER]
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-$HOME/.cache/onehead/venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=${1:-../../shared/data}

echo "parts"
"$python" -m unittest
if [ ! -e "$data/tatoeba-en-es/train.tsv.gz" ]; then
  echo "no data folder at $data: sentences of the grammar stand in for it"
  data=$work/data
  "$python" smoke_data.py "$data"
fi
data="--data $data"
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
echo "two processes that share each step's batches end as one that takes both"
together="--work $work --steps 3 --accumulate 2 --dropout 0 --grammar-pairs 400 --tokens 2048 --threads 1"
"$python" train.py $together --run alone
"$python" train.py $together --run shared --copies 2
"$python" compare_checkpoints.py "$work/alone/final.pt" "$work/shared/final.pt"
echo "the mean of two runs with the same weights is these weights"
"$python" average.py "$work/alone/final.pt" "$work/shared/final.pt" --share 0.75 --out "$work/mean.pt"
"$python" compare_checkpoints.py "$work/alone/final.pt" "$work/mean.pt"
echo "one attention head (H = 1)"
"$python" train.py --work "$work" --run h1 --steps 4 --heads 1 --grammar-pairs 400 --tokens 2048
"$python" export_gguf.py --work "$work" --run h1 --type q8_0 --out "$work/h1.gguf"
echo "all tasks, three batches a step, from the weights of the translator"
"$python" prepare.py $data --work "$work/tasks" --share 0.01 --held-back 50 --generated 4000 --tasks
"$python" train.py --work "$work/tasks" --steps 6 --context 384 --accumulate 3 --balance 0.5 --tokens 2048 \
  --natural-pairs 500 --grammar-pairs 100 --sentiment 60 --squad 60 --babi 60 --worlds 60 --story 10 \
  --begin-from "$work/whole/final.pt" --begin-vocabulary "$work/sp.model"
"$python" export_gguf.py --work "$work/tasks" --out "$work/tasks.gguf"
"$python" -m tasks.evaluate --work "$work/tasks" --gguf "$work/tasks.gguf" --rows 4
"$python" -m tasks.samples --gguf "$work/tasks.gguf" --out "$work/samples.md" --count 2 --tokens 8
echo "twins, the first of them killed on the way, which changes nothing"
twins="-m twins.run $data --work $work/twins --out $work/twins/out --steps 24 --tokens 512 --share 0.01
  --generated 3000 --rows 8 --seeds 1 --contexts 40 --batches 1 3 --rounds 1 --checkpoint-seconds 0"
"$python" $twins --only train &
killed=$!
tries=0
until [ -e "$work/twins/h8-g8-s1/latest.pt" ] || [ "$((tries += 1))" -gt 600 ]; do sleep 0.2; done
kill -9 "$killed"
wait "$killed" || true
[ ! -e "$work/twins/h8-g8-s1/final.pt" ]
"$python" $twins
"$python" train.py --work "$work/twins" --run alone --steps 24 --tokens 512 --width 128 --layers 4 --heads 8 \
  --kv-heads 8 --head-size 48 --hidden 256 --grammar-pairs 3000 --threads 1
"$python" compare_checkpoints.py "$work/twins/alone/final.pt" "$work/twins/h8-g8-s1/final.pt"
echo "alignment, scores, oracle"
"$python" alignment.py --work "$work" --run g1 --sentences 5
for type in f32 f16 q8_0; do
  "$python" export_gguf.py --work "$work" --run g1 --type "$type" --out "$work/$type.gguf"
  "$python" evaluate.py --work "$work" --gguf "$work/$type.gguf" --set own --rows 8
done
echo "what the heads do"
"$python" -m heads.run $data --gguf "$work/tasks.gguf" --out "$work/heads" --sentences 3 --score-rows 2 --loss-rows 4
head -n 3 "$work/own.tsv" >"$work/sentences.tsv"
"$python" dump_oracle.py --gguf "$work/f32.gguf" --sentences "$work/sentences.tsv" \
  --out "$work/oracle" --attention
"$python" check_tokenizer.py --work "$work" --gguf "$work/f32.gguf"
echo "all steps ran"
