"""What the peers share: the command line, the definitions, the timing and the line of JSON."""

import argparse
import json
import os
import pathlib
import statistics
import sys
import time

SKIPPED_STATUS = 77
BLOCK_SECONDS = 0.02

DEFINITIONS = {
    definition["name"]: definition
    for definition in json.loads(
        pathlib.Path(__file__).with_name("workloads.json").read_text(encoding="utf-8"))
}


class Request:
    """What the command line asks for: a peer's workload in one of its modes."""

    def __init__(self, peer, description, modes):
        parser = argparse.ArgumentParser(
            description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("workload", choices=list(DEFINITIONS), metavar="WORKLOAD")
        parser.add_argument("--mode", choices=modes, default=modes[0])
        parser.add_argument("--seconds", type=float, default=5.0, help="measured time")
        parser.add_argument(
            "--pruned", action="store_true",
            help="compute in the last layer only what a loss of the last token needs")
        parser.add_argument(
            "--served", action="store_true",
            help="say when ready, then measure once for every line of standard input")
        arguments = parser.parse_args()
        self.peer = peer
        self.workload = arguments.workload
        self.definition = DEFINITIONS[arguments.workload]
        self.mode = arguments.mode
        self.seconds = arguments.seconds
        self.pruned = arguments.pruned
        self.served = arguments.served
        # Libraries read these while they are loaded.
        for library in ("OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "TORCHINDUCTOR_COMPILE"):
            os.environ[library + "_THREADS"] = "1"
        if self.pruned and self.definition.get("judges") != "last":
            self.skip("its loss needs all of the model")

    def skip(self, reason):
        """Prints that nothing was measured, and why, and ends the program."""
        self.print({"status": "skipped", "reason": reason})
        sys.exit(SKIPPED_STATUS)

    def print(self, values):
        """Prints one line of JSON."""
        names = {
            "peer": self.peer, "workload": self.workload, "mode": self.mode,
            "prune_last": self.pruned,
        }
        print(json.dumps(names | values, separators=(",", ":")), flush=True)

    def measure(self, version, call, steps_per_call, finish):
        """Makes everything ready by a first call, then measures and prints the rates.

        version: of the peer.
        call: makes some steps, perhaps without waiting for them.
        steps_per_call: how many those are.
        finish: waits for them and returns the loss.
        """
        start = time.perf_counter()
        call()
        finish()
        first_seconds = time.perf_counter() - start
        if self.served:
            self.print({"status": "ready"})
        for _ in sys.stdin if self.served else [None]:
            wall_rates, processor_rates, loss = self.rates(call, steps_per_call, finish)
            rate = statistics.median(processor_rates)
            operations = self.definition["operations"]
            self.print({
                "status": "ok", "version": version,
                "steps_per_s": statistics.median(wall_rates), "steps_per_cpu_s": rate,
                "best_steps_per_cpu_s": max(processor_rates), "blocks": len(processor_rates),
                "gflops": rate * operations * 1e-9, "flop_per_step": operations,
                "first_call_s": first_seconds, "loss": loss, "threads": 1,
            })

    def rates(self, call, steps_per_call, finish):
        """The steps per second of blocks of calls, after a warm-up, and the last loss.

        Every block is timed by the wall clock and by the processor time of all threads. The second
        does not move when other programs share the machine.
        """
        wall, processor = time.perf_counter, time.process_time
        start, warm = processor(), 0
        while processor() - start <= min(1.0, self.seconds / 3) or warm == 0:
            call()
            finish()
            warm += 1
        call_seconds = max((processor() - start) / warm, 1e-7)
        calls = max(1, int(BLOCK_SECONDS / call_seconds))
        wall_rates, processor_rates = [], []
        wall_start, processor_start = wall(), processor()
        # Where others take the processor, the wall clock ends it after six times the time.
        while (
            processor() - processor_start < self.seconds
            and wall() - wall_start < 6 * self.seconds
        ) or len(processor_rates) < 3:
            wall_block, processor_block = wall(), processor()
            for _ in range(calls):
                call()
            loss = finish()
            wall_rates.append(calls * steps_per_call / (wall() - wall_block))
            processor_rates.append(calls * steps_per_call / (processor() - processor_block))
        return wall_rates, processor_rates, loss
