"""Train the translator; stop it (SIGTERM, or just kill it) and call it again to go on.

python training/train.py --steps 6400
python training/train.py --deadline 2030-01-31T18:00:00Z
"""

import argparse
import json
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import sentencepiece
import torch

from batches import Epochs
from config import DEFAULT_WORK, ModelConfig
from copies import Copies
from corpus import read_rows
from model import Translator
from muon import Muon
from schedule import Clock, by_steps, replay
from tasks.data import TASKS
from tasks.rows import TaskRows
from warm_start import begin_from


def options(arguments: list[str] | None = None):
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK, help="prepared data, checkpoints")
    parse.add_argument("--run", default="main", help="name of the run, a folder in --work")
    end = parse.add_mutually_exclusive_group(required=True)
    end.add_argument("--steps", type=int, help="length of the run in steps")
    end.add_argument("--deadline", help="ISO time at which the learning rate shall be zero")
    end.add_argument("--schedule", type=Path, help="replay the factors of this schedule.log")
    parse.add_argument("--stop-at", type=int, help="checkpoint and stop at this step")
    parse.add_argument("--kv-heads", type=int, default=1)
    parse.add_argument("--heads", type=int, default=8)
    parse.add_argument("--layers", type=int, default=6)
    parse.add_argument("--width", type=int, default=256)
    parse.add_argument("--hidden", type=int, default=704)
    parse.add_argument("--head-size", type=int, help="default: width / heads")
    parse.add_argument("--context", type=int, default=256, help="positions, and the longest row")
    parse.add_argument("--dropout", type=float, default=0.1)
    parse.add_argument("--word-dropout", type=float, default=0.0)
    parse.add_argument("--balance", type=float, default=0.0, help="0: a token counts, 1: a row")
    parse.add_argument("--smoothing", type=float, default=0.1)
    parse.add_argument("--tokens", type=int, default=4096, help="tokens a step, padding counted")
    parse.add_argument("--accumulate", type=int, default=1, help="batches a step")
    parse.add_argument("--begin-from", type=Path, help="weights to begin with: .gguf or .pt")
    parse.add_argument("--begin-vocabulary", type=Path, help="its tokenizer (the run's)")
    parse.add_argument("--natural-pairs", type=int, help="natural pairs an epoch (all of them)")
    parse.add_argument("--grammar-pairs", type=int, default=9_000, help="generated pairs an epoch")
    for task in TASKS:
        parse.add_argument(f"--{task}", type=int, default=0, help=f"rows of {task} an epoch")
    parse.add_argument("--worlds", type=int, default=0, help="made-up passages an epoch")
    parse.add_argument("--muon-lr", type=float, default=0.02)
    parse.add_argument("--muon-decay", type=float, default=0.1, help="keeps the matrices small")
    parse.add_argument("--adam-lr", type=float, default=2e-3)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument(
        "--copies", type=int, default=1, help="processes that share a step's batches"
    )
    parse.add_argument("--device", default="cpu", help="cpu or cuda")
    parse.add_argument("--compile", action="store_true", help="fuse what is not a matrix product")
    parse.add_argument("--checkpoint-seconds", type=float, default=180)
    return parse.parse_args(arguments)


def product_dtype(device: str) -> torch.dtype:
    """bf16, but on a CPU without instructions for it, which takes thirty times as long as in f32."""
    has = torch.cpu.get_capabilities()
    if device != "cpu" or any(has.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16")):
        return torch.bfloat16
    return torch.float32


def optimisers(model: Translator, chosen, dtype: torch.dtype):
    matrices = [w for n, w in model.named_parameters() if w.dim() == 2 and n != "embedding"]
    others = [w for n, w in model.named_parameters() if w.dim() == 1 or n == "embedding"]
    return [
        Muon(
            matrices,
            lr=chosen.muon_lr,
            momentum=0.95,
            weight_decay=chosen.muon_decay,
            dtype=dtype,
        ),
        torch.optim.AdamW(others, lr=chosen.adam_lr, betas=(0.9, 0.95), weight_decay=0.01),
    ]


class Run:
    """Everything a checkpoint holds, and the loop that moves it."""

    def __init__(self, chosen):
        self.chosen = chosen
        self.folder = chosen.work / chosen.run
        self.folder.mkdir(parents=True, exist_ok=True)
        self.copies = Copies(chosen.copies)
        torch.manual_seed(chosen.seed)
        self.sp = sentencepiece.SentencePieceProcessor(model_file=str(chosen.work / "sp.model"))
        self.config = ModelConfig(
            vocabulary=self.sp.vocab_size(),
            width=chosen.width,
            layers=chosen.layers,
            kv_heads=chosen.kv_heads,
            heads=chosen.heads,
            head_size=chosen.head_size or chosen.width // chosen.heads,
            hidden=chosen.hidden,
            context=chosen.context,
            dropout=chosen.dropout,
        )
        self.model = Translator(self.config)
        if chosen.begin_from and not self.latest.exists():
            vocabulary = chosen.begin_vocabulary or chosen.work / "sp.model"
            begin_from(self.model, self.sp, chosen.begin_from, vocabulary)
        self.copies.reseed(chosen.seed)
        self.model.to(chosen.device)
        self.dtype = product_dtype(chosen.device)
        self.loss_of = self.model.loss
        if chosen.compile:
            torch.compiler.reset()  # what an earlier run of this process compiled has other shapes
            self.loss_of = torch.compile(self.model.loss, dynamic=True)
        counts = {task: getattr(chosen, task) for task in TASKS}
        self.tasks = TaskRows(self.sp, chosen.work, counts, chosen.context, chosen.worlds)
        self.optimisers = optimisers(self.model, chosen, self.dtype)
        self.peaks = [o.param_groups[0]["lr"] for o in self.optimisers]
        self.step, self.epoch, self.batch, self.seconds = 0, 0, 0, 0.0
        self.began, self.factor, self.loss = time.time(), 1.0, float("nan")
        self.restore()
        self.clock = None
        if chosen.deadline:
            end = datetime.fromisoformat(chosen.deadline.replace("Z", "+00:00")).timestamp()
            self.clock = Clock(end, self.began)
            self.clock.factor = self.factor
        self.replayed = replay(chosen.schedule) if chosen.schedule else None
        self.stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "stopped", True))

    @property
    def latest(self) -> Path:
        return self.folder / "latest.pt"

    def restore(self):
        if not self.latest.exists():
            return
        state = torch.load(self.latest, weights_only=True, map_location=self.chosen.device)
        self.model.load_state_dict(state["model"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"]):
            optimiser.load_state_dict(saved)
        torch.set_rng_state(state["rng"].cpu())
        for name in ("step", "epoch", "batch", "seconds", "began", "factor"):
            setattr(self, name, state[name])
        self.copies.reseed(self.step)
        if not self.copies.leads:
            return
        log = self.folder / "schedule.log"
        lines = log.read_text().splitlines(keepends=True) if log.exists() else []
        log.write_text("".join(lines[: self.step]))

    def save(self, path: Path | None = None):
        state = {
            "config": self.config.as_dict(),
            "model": self.model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "rng": torch.get_rng_state(),
            "tasks": [task for task, count in self.tasks.counts.items() if count],
        }
        for name in ("step", "epoch", "batch", "seconds", "began", "factor"):
            state[name] = getattr(self, name)
        path = path or self.latest
        torch.save(state, path.with_suffix(".tmp"))
        os.replace(path.with_suffix(".tmp"), path)

    def next_factor(self) -> float | None:
        """None: the run is over, or was told to stop."""
        if self.finished():
            return None
        if self.clock:
            return self.clock.next(self.step)
        if self.replayed:
            return self.replayed[self.step] if self.step < len(self.replayed) else 0.0
        return by_steps(self.step, self.chosen.steps)

    def finished(self) -> bool:
        """At the end, or told to stop before it (then a later call goes on)."""
        if self.stopped or (self.chosen.stop_at and self.step >= self.chosen.stop_at):
            self.stopped = True
            return True
        if self.clock:
            return time.time() >= self.clock.deadline
        return self.step >= (len(self.replayed) if self.replayed else self.chosen.steps)

    def advance(self, batches) -> float:
        """One step on the mean of the batches' losses, which is returned."""
        device, total = self.chosen.device, 0.0
        for batch in self.copies.share(batches):
            batch = batch.to(device)
            with torch.autocast(device, dtype=torch.bfloat16, enabled=self.dtype == torch.bfloat16):
                loss = self.loss_of(batch, self.chosen.smoothing)
            (loss / len(batches)).backward()
            total += loss.item() / len(batches)
        total = self.copies.sum(total, list(self.model.parameters()))
        for optimiser, peak in zip(self.optimisers, self.peaks):
            optimiser.param_groups[0]["lr"] = peak * self.factor
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        return total

    def status(self, batches: int, rate: float):
        with open(self.folder / "train.log", "a") as log:
            line = {
                "time": datetime.now(UTC).strftime("%H:%M:%S"),
                "step": self.step,
                "epoch": round(self.epoch + self.batch / batches, 3),
                "loss": round(self.loss, 4),
                "factor": round(self.factor, 4),
                "tokens_per_second": round(rate),
                "seconds": round(self.seconds),
            }
            if self.clock:
                line["remaining_steps"] = round(self.clock.remaining())
            log.write(json.dumps(line) + "\n")
        (self.chosen.work / "STATUS").write_text(json.dumps(line) + "\n")

    def go(self):
        log = open(self.folder / "schedule.log", "a")
        saved = reported = time.time()
        tokens = 0
        factor = 1.0
        while factor is not None:
            natural = read_rows(self.chosen.work / "natural.tsv")
            generated = read_rows(self.chosen.work / "generated.tsv")
            epochs = Epochs(self.sp, natural, generated, self.tasks, self.chosen)
            gathered = []
            for number, batches, batch in epochs.batches(self.epoch, self.batch):
                gathered.append(batch)
                if len(gathered) < self.chosen.accumulate and number + 1 < batches:
                    continue
                started = time.time()
                factor = self.copies.decided(self.next_factor)
                if factor is None:
                    break
                self.factor = factor
                value = self.advance(gathered)
                self.loss = value if self.loss != self.loss else 0.98 * self.loss + 0.02 * value
                if self.copies.leads:
                    log.write(f"{self.step} {self.factor:.6f}\n")
                self.step, self.batch = self.step + 1, number + 1
                tokens += sum(batch.ids.numel() for batch in gathered)
                gathered = []
                now = time.time()
                self.seconds += now - started
                if not self.copies.leads:
                    continue
                if now - reported > 20:
                    self.status(batches, tokens / (now - reported))
                    reported, tokens = now, 0
                if now - saved > self.chosen.checkpoint_seconds:
                    log.flush()
                    self.save()
                    saved = now
            else:
                self.epoch, self.batch = self.epoch + 1, 0
        log.close()
        if self.copies.leads:
            self.save()
            if not self.stopped:
                self.save(self.folder / "final.pt")


def train(chosen) -> bool:
    """Runs to the end, or until told to stop; whether it came to the end."""
    torch.set_num_threads(chosen.threads)
    run = Run(chosen)
    run.model.train()
    if run.copies.leads:
        with open(run.folder / "options.log", "a") as log:
            log.write(json.dumps({"from_step": run.step, **vars(chosen)}, default=str) + "\n")
        (run.folder / "pid").write_text(str(os.getpid()))
    run.go()
    return not run.stopped


if __name__ == "__main__":
    train(options())
