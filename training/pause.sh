#!/bin/sh
# training/pause.sh        stops a training run for a speed measurement
# training/pause.sh on     lets it go on (the schedule allows for the pause)
work=${ONEHEAD_TRAINING:-$HOME/.cache/onehead/training}
for file in "$work"/*/pid; do
  [ -e "$file" ] || continue
  pid=$(cat "$file")
  # A number in a file may belong to another process by now.
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'train\.py' || continue
  if [ "${1:-}" = on ]; then kill -CONT "$pid"; else kill -STOP "$pid"; fi
done
