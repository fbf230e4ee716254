"""The rows that a token may see: those of its store, whoever made it."""

from typing import Any

from desk.api.guarding import ApiRequest
from desk.api.problems import NOT_FOUND, Problem
from orders.querysets import StoreScoped


def rows_of(request: ApiRequest, rows: StoreScoped) -> Any:
    """Those of the token's store."""
    return rows.for_store(request.token.store_id)


def row_of(request: ApiRequest, rows: StoreScoped, pk: int) -> Any:
    """The one with this id. Raises Problem, for another store's as for one that is not there."""
    found = rows_of(request, rows).filter(pk=pk).first()
    if found is None:
        raise Problem(NOT_FOUND)
    return found
