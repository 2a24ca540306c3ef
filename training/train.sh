#!/bin/sh
# Starts or continues a run in the background: training/train.sh --steps 12000
cd "$(dirname "$0")" || exit 1
work=${ONEHEAD_TRAINING:-$HOME/.cache/onehead/training}
python=${PYTHON:-$HOME/.cache/onehead/venv/bin/python}
# Big temporaries are then kept instead of being mapped and unmapped at each step.
tcmalloc=$(ls /usr/lib/*/libtcmalloc_minimal.so.4 2>/dev/null | head -n 1)
# A core lent to others must not leave the other thread spinning at a barrier.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
mkdir -p "$work"
LD_PRELOAD=$tcmalloc nohup nice -n 19 "$python" train.py "$@" >>"$work/output.log" 2>&1 &
echo "training: process $!, progress in $work/STATUS"
