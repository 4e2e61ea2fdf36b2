"""A feed of a job's progress, which can be followed from anywhere, also afterwards.

python job_feed.py run JOB [--steps N] [--url URL]   does the job and publishes how far it is
python job_feed.py watch JOB [--url URL]             shows it from the beginning until it is done
"""

from __future__ import annotations

import argparse
from datetime import datetime, timezone

from carillon_client.blocking import Client, connect

BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)


def run(client: Client, room: str, steps: int) -> None:
    for step in range(1, steps + 1):
        _ = sum(n * n for n in range(100_000))  # the work
        client.publish(room, {"step": step, "of": steps}, event="progress")
    client.publish(room, {"ok": True}, event="done")


def watch(client: Client, room: str) -> None:
    for message in client.join(room, since=BEGINNING):
        if message.event == "done":
            print("done", flush=True)
            return
        print(f"{message.data['step']} of {message.data['of']}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A feed of a job's progress.")
    parser.add_argument("do", choices=["run", "watch"])
    parser.add_argument("job")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--url", default="ws://localhost:8080")
    options = parser.parse_args()
    with connect(options.url) as connected:
        if options.do == "run":
            run(connected, f"jobs/{options.job}", options.steps)
        else:
            watch(connected, f"jobs/{options.job}")
