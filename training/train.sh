#!/bin/sh
# Starts or continues a run in the background: training/train.sh --steps 6600
cd "$(dirname "$0")" || exit 1
work=${ONEHEAD_TRAINING:-$HOME/.cache/onehead/training}
python=${PYTHON:-$HOME/.cache/onehead/venv/bin/python}
# Big temporaries are then kept instead of being mapped and unmapped at each step.
tcmalloc=$(ls /usr/lib/*/libtcmalloc_minimal.so.4 2>/dev/null | head -n 1)
# At a barrier, spin for a moment, then sleep. Sleeping at once (0) is better on a machine shared
# with others, and costs up to a third of the speed on one that is not.
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-300000}
mkdir -p "$work"
LD_PRELOAD=$tcmalloc nohup nice -n 19 "$python" train.py "$@" >>"$work/output.log" 2>&1 &
echo "training: process $!, progress in $work/STATUS"
