"""Trains, judges and exports the twins, and measures their speed: python -m twins.run

Call it again to go on after a stop or a kill; what is done is not done again. Start it once per core:
each process takes runs that no other has, and the last one makes the table.
"""

import argparse
import fcntl
import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import sentencepiece

import alignment
import train
from config import DEFAULT_DATA, DEFAULT_WORK, ROOT
from export_gguf import export, load_checkpoint
from twins import grid, judge, speed, table


def options():
    parse = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK / "twins")
    parse.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parse.add_argument("--out", type=Path, default=ROOT / "models" / "onehead-twins")
    parse.add_argument("--steps", type=int, default=900, help="of each run")
    parse.add_argument("--tokens", type=int, default=4096)
    parse.add_argument("--share", type=float, default=1.0, help="of the natural pairs")
    parse.add_argument("--generated", type=int, default=100_000, help="pairs of the grammar")
    parse.add_argument("--rows", type=int, help="of dev.tsv; default: all")
    parse.add_argument("--seeds", type=int, help="of each twin at most; default: the grid's")
    parse.add_argument("--contexts", type=int, nargs="+", default=[128, 1024, 4096])
    parse.add_argument("--batches", type=int, nargs="+", default=[1, 16])
    parse.add_argument("--compile", action="store_true", help="as train.py's")
    parse.add_argument("--checkpoint-seconds", type=float, default=30)
    parse.add_argument("--rounds", type=int, default=5, help="of the speed measurement")
    parse.add_argument("--only", choices=("train", "judge", "export", "speed", "table"))
    return parse.parse_args()


@contextmanager
def locked(path: Path):
    """Whether this process got the lock, which ends with the process, however that ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def runs(chosen) -> list[tuple[grid.Twin, str, int]]:
    """Every run, first seeds first, so that a table can be made early."""
    all_runs = [(twin, name, seed) for twin in grid.TWINS for name, seed in twin.runs()]
    wanted = [r for r in all_runs if not chosen.seeds or r[2] <= chosen.seeds]
    return sorted(wanted, key=lambda r: r[2])


def prepare(chosen) -> None:
    """The data, by whoever comes first; the others wait."""
    chosen.work.mkdir(parents=True, exist_ok=True)
    with open(chosen.work / "prepare.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (chosen.work / "prepared").exists():
            return
        arguments = ["--work", chosen.work, "--data", chosen.data, "--share", chosen.share]
        arguments += ["--vocabulary", grid.VOCABULARY, "--generated", chosen.generated]
        arguments += ["--held-back", max(20, int(1000 * chosen.share))]
        script = Path(train.__file__).with_name("prepare.py")
        subprocess.run([sys.executable, script, *map(str, arguments)], check=True)
        (chosen.work / "prepared").touch()


def train_one(twin: grid.Twin, name: str, seed: int, chosen) -> bool:
    shape = {
        "heads": twin.heads, "kv-heads": twin.kv_heads, "hidden": twin.hidden,
        "width": grid.WIDTH, "layers": grid.LAYERS, "head-size": grid.HEAD_SIZE,
        "steps": chosen.steps, "tokens": chosen.tokens, "seed": seed, "threads": 1,
        "grammar-pairs": min(9000, chosen.generated),
        "checkpoint-seconds": chosen.checkpoint_seconds,
        "work": chosen.work, "run": name,
    }  # fmt: skip
    arguments = [f"--{key}={value}" for key, value in shape.items()]
    return train.train(train.options(arguments + ["--compile"] * chosen.compile))


def train_all(chosen) -> None:
    prepare(chosen)
    for twin, name, seed in runs(chosen):
        folder = chosen.work / name
        if (folder / "final.pt").exists():
            continue
        with locked(folder / "lock") as ours:
            if not ours or (folder / "final.pt").exists():
                continue
            print(f"training {name}", flush=True)
            if not train_one(twin, name, seed, chosen):
                raise SystemExit(f"stopped in {name}: call again to go on")


def judge_all(chosen) -> None:
    for _, name, _ in runs(chosen):
        folder = chosen.work / name
        if (folder / "scores.json").exists() or not (folder / "final.pt").exists():
            continue
        scores = judge.judge(folder / "final.pt", chosen.work, chosen.data, chosen.rows)
        (folder / "scores.json").write_text(json.dumps(scores) + "\n")
        print(f"{name}: {scores}", flush=True)


def export_all(chosen) -> None:
    """The first seed of each, with the layer that aligns best."""
    sp = sentencepiece.SentencePieceProcessor(model_file=str(chosen.work / "sp.model"))
    for twin in grid.TWINS:
        checkpoint = chosen.work / twin.runs()[0][0] / "final.pt"
        path = chosen.out / f"{twin.name}.q8_0.gguf"
        if not checkpoint.exists():
            continue
        model = load_checkpoint(checkpoint)
        aligned = alignment.measure(model, sp, 100, seed=9001)
        export(model, sp, path, "q8_0", aligned, [])
        print(f"{path}: {path.stat().st_size:,} bytes", flush=True)


def speed_all(chosen) -> None:
    cases = [(context, batch) for context in chosen.contexts for batch in chosen.batches]
    measured = speed.measure(chosen.work / "sp.model", cases, chosen.rounds)
    (chosen.work / "speed.json").write_text(json.dumps(measured) + "\n")


def main():
    chosen = options()
    if chosen.only in (None, "train"):
        train_all(chosen)
        left = [n for _, n, _ in runs(chosen) if not (chosen.work / n / "final.pt").exists()]
        if left:
            print(f"in work elsewhere: {', '.join(left)}")
            return
    with locked(chosen.work / "after.lock") as ours:
        if not ours:
            return
        if chosen.only in (None, "judge"):
            judge_all(chosen)
        if chosen.only in (None, "export"):
            export_all(chosen)
        if chosen.only == "speed" or not (chosen.only or (chosen.work / "speed.json").exists()):
            speed_all(chosen)
        if chosen.only in (None, "table"):
            table.write(chosen.work, chosen.steps, chosen.tokens)
            print((chosen.work / "twins.md").read_text())


if __name__ == "__main__":
    main()
