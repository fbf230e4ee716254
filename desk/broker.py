"""Whether Redis answers: a question with a short patience, for pages that a person waits for."""

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS = 1.0


def broker_answers() -> bool:
    """Whether the broker at REDIS_URL answers within a second."""
    try:
        client = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        with client:
            return bool(client.ping())
    except (RedisError, OSError, ValueError):
        return False
