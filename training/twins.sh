#!/bin/sh
# The twins' study in the foreground, at nice 19: training/twins.sh [options of twins/run.py]
# Once per core: taskset -c 0 training/twins.sh & taskset -c 1 training/twins.sh
cd "$(dirname "$0")" || exit 1
python=${PYTHON:-$HOME/.cache/onehead/venv/bin/python}
LD_PRELOAD=$(ls /usr/lib/*/libtcmalloc_minimal.so.4 2>/dev/null | head -n 1)
export LD_PRELOAD
exec nice -n 19 "$python" -m twins.run "$@"
