"""A row's mark and the line that tells of it on its order's timeline, as one statement.

A transaction of five statements costs several times as much, and is still what a line needs that has more to it:
whoever is told no by `carry_out` opens the order's timeline under its lock.
"""

from typing import Any

from django.db import connection, models

from orders.models import Order, TimelineEvent
from orders.models.timeline import chain_name
from orders.services.asking import filled, ready_cursor, update_words
from orders.services.inserting import insert_words

# The order's lock comes first, always: a chain that has grown since it was read is left alone, and so is the row.
LOCKED = "SELECT id FROM {order} WHERE id = %s AND timeline_length = %s AND timeline_head = %s FOR UPDATE"
SEALED = "UPDATE {order} SET timeline_length = %s, timeline_head = %s WHERE id = %s AND EXISTS (SELECT FROM line)"


class ReadyMark:
    """A change of one row with blanks, and a line on its order's timeline; for the database it is first made on."""

    def __init__(self, rows: models.QuerySet[Any, Any], **changes: Any) -> None:
        mark, self._given = update_words(rows, changes)
        fields = tuple(field for field in TimelineEvent._meta.concrete_fields if not field.primary_key)
        table, columns, self._readers = insert_words(TimelineEvent, fields)
        # No lengths: a cast would cut off what an assignment refuses.
        types = [str(field.db_type(connection)).partition("(")[0] for field in fields]
        order = connection.ops.quote_name(Order._meta.db_table)
        self._words = (
            f"WITH locked AS ({LOCKED.format(order=order)}),"  # noqa: S608
            f" marked AS ({mark} AND EXISTS (SELECT FROM locked) RETURNING 1),"
            f" line AS (INSERT INTO {table} ({columns})"
            f" SELECT {', '.join(f'CAST(%s AS {type_})' for type_ in types)} FROM marked RETURNING 1) "
            f"{SEALED.format(order=order)}"
        )

    def carry_out(self, event: TimelineEvent, order: Order, **values: Any) -> bool:
        """Mark the row for these values of the blanks, and write the event into the chain of the order.

        `order` is what was read of it a moment ago, without a lock. Says whether it was done: not, where the chain has
        grown since, or the row does not hold what the blanks ask for; then nothing was changed.
        """
        length, event.previous_hash = order.timeline_length, order.timeline_head
        event.sequence = length + 1
        event.hash = event.compute_hash(chain_name(order))
        line = [read(event) for read in self._readers]
        with ready_cursor() as cursor:
            cursor.execute(
                self._words,
                [
                    *(order.pk, length, event.previous_hash),
                    *filled(self._given, values),
                    *line,
                    *(event.sequence, event.hash, order.pk),
                ],
            )
            return bool(cursor.rowcount)
