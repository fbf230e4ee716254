"""Every plug pulled in a seeded order while dates fall due: nothing lost, effects once, mails counted at the server.

FAULT_SECONDS and FAULT_SEED say for how long and in which order (`make faults`).
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from redis import Redis

from tests.faults.checks import SETTLING, check_database, check_mails, repeats_in, settle
from tests.faults.plant import LEASE, SENDERS, WORKER, Plant, TodayPage
from tests.servers.postgresql import Cluster
from tests.servers.smtp import Answer, Mailroom

SECONDS = float(os.environ.get("FAULT_SECONDS", "30"))
SEED = int(os.environ.get("FAULT_SEED", "1"))
WORKERS = 2
ORDERS = int(SECONDS * 6)


@dataclass
class Storm:
    """The faults, and by how many mails they may at most repeat: one for each sender that was in the middle of one."""

    plant: Plant
    postgres: Cluster
    mailroom: Mailroom
    page: TodayPage
    chance: random.Random
    repeats: int = 0
    refused: int = 0

    def blow(self, until: float) -> list[str]:
        """Every fault at least once, those of the mail server first, for their mails come back after a while."""
        faults = self._faults(until)
        done = []
        for fault in faults:
            fault()
            done.append(fault.__name__)
            time.sleep(self.chance.uniform(0.2, 1.0))
        return done

    def _faults(self, until: float) -> Iterator[Callable[[], None]]:
        mail = [self.mail_hangs, self.mail_drops, self.mail_is_refused, self.mail_server_says_later]
        rest = [self.kill_child, self.kill_worker, self.kill_beat, self.kill_redis, self.redis_away, self.flush]
        rest += [self.kill_postgres, self.worker_stands_still, self.workers_gone]
        yield from self.chance.sample(mail, len(mail))
        yield from self.chance.sample(rest, len(rest))
        while time.monotonic() < until:
            yield self.chance.choice(mail + rest)

    def _worker(self) -> str:
        return f"worker-{self.chance.randrange(WORKERS)}"

    def _start_worker(self, name: str) -> None:
        self.plant.start(name, [*WORKER, "--hostname", f"{name}@plant"])

    # --- the program --------------------------------------------------------------------------------------------------
    def kill_child(self) -> None:
        children = self.plant.children(self._worker())
        if children:
            os.kill(self.chance.choice(children), signal.SIGKILL)
            self.repeats += 1

    def kill_worker(self) -> None:
        name = self._worker()
        self.plant.kill(name)
        self.repeats += SENDERS
        self._start_worker(name)

    def kill_beat(self) -> None:
        self.plant.kill("beat")
        self.plant.start("beat", ["beat", "--loglevel", "WARNING", "--schedule", f"{self.plant.folder}/beat-schedule"])

    def worker_stands_still(self) -> None:
        """For longer than its lease: what it held is another's by then."""
        name = self._worker()
        self.plant.signal(name, signal.SIGSTOP)
        time.sleep(LEASE + 1)
        self.plant.signal(name, signal.SIGCONT)
        self.repeats += SENDERS

    def workers_gone(self) -> None:
        names = [f"worker-{number}" for number in range(WORKERS)]
        for name in names:
            self.plant.kill(name)
            self.repeats += SENDERS
        self.page.wait_for("The sweep has stopped", seconds=SETTLING)
        for name in names:
            self._start_worker(name)

    # --- what it stands on --------------------------------------------------------------------------------------------
    def kill_redis(self) -> None:
        self.plant.broker.kill()
        self.plant.broker.start()

    def redis_away(self) -> None:
        self.plant.broker.kill()
        self.page.wait_for("Redis does not answer", seconds=SETTLING)
        self.plant.broker.start()

    def flush(self) -> None:
        with Redis.from_url(self.plant.broker.url) as client:
            client.flushall()

    def kill_postgres(self) -> None:
        self.postgres.kill()
        self.repeats += WORKERS * SENDERS
        time.sleep(self.chance.uniform(0, 2))
        self.postgres.start()

    # --- the mail server ----------------------------------------------------------------------------------------------
    def _answer_once(self, answer: Answer) -> None:
        self.mailroom.answers.append(answer)
        self.plant.wait_until(lambda: not self.mailroom.answers, seconds=SETTLING, what=f"a mail meets {answer.name}")

    def mail_hangs(self) -> None:
        self._answer_once(Answer.HANG)

    def mail_drops(self) -> None:
        self._answer_once(Answer.DROP)
        self.repeats += 1

    def mail_is_refused(self) -> None:
        self._answer_once(Answer.REFUSE)
        self.refused += 1

    def mail_server_says_later(self) -> None:
        self.mailroom.otherwise = Answer.TRY_LATER
        self.page.wait_for("could not leave", seconds=SETTLING)
        self.mailroom.otherwise = Answer.ACCEPT


def is_quiet(page: str) -> bool:
    """Whether Today is shown, and complains of nothing that the program stands on."""
    return 'id="board"' in page and not any(words in page for words in ("Redis does not", "The sweep has stopped"))


@pytest.mark.slow
def test_a_storm_loses_nothing_and_repeats_almost_nothing(plant: Plant, postgres: Cluster, mailroom: Mailroom) -> None:
    page = TodayPage(plant, plant.make_store())
    chance = random.Random(SEED)
    plant.import_orders([chance.uniform(0, SECONDS * 0.8) for _order in range(ORDERS)])
    plant.start_all(WORKERS)
    storm = Storm(plant, postgres, mailroom, page, chance)
    faults = storm.blow(time.monotonic() + SECONDS)
    settle(plant)
    check_database(plant, orders=ORDERS, refused=storm.refused)
    check_mails(mailroom, orders=ORDERS - storm.refused, repeats=storm.repeats)
    plant.wait_until(lambda: is_quiet(page.read()), seconds=SETTLING, what="Today is quiet again")
    plant.manage("verify_timeline")
    print(f"seed {SEED}: {ORDERS} orders, {dict(Counter(faults))}, repeats {repeats_in(mailroom)} of {storm.repeats}")  # noqa: T201
