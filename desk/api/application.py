"""The API as a whole: its operations, what guards them, and its document."""

from collections.abc import Callable
from typing import Any

from ninja import NinjaAPI
from ninja.operation import Operation

from desk.api import after_sale, disputes, events, orders, webhooks, work
from desk.api.document import ApiDocument
from desk.api.guarding import guarded
from desk.api.problems import handle_problems

VERSION = "1"
ABOUT = """What a store's other programs may ask of Prazo. A token is for one store, and for what its scopes say.
Instants are UTC (ISO 8601), money is a decimal text beside its currency. What goes wrong is a problem (RFC 9457)."""


class OwnApi(NinjaAPI):
    """Ninja's, with our own document."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> ApiDocument:
        """OpenAPI 3.1, as a dictionary."""
        return ApiDocument(self, path_prefix or self.get_root_path(path_params or {}))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The view's own name: what a generated client calls the function."""
        view: Callable[..., Any] = operation.view_func
        return view.__name__


api = OwnApi(
    title="Prazo",
    version=VERSION,
    description=ABOUT,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api-v1",
    servers=[{"url": "/"}],
)
api.add_decorator(guarded, mode="view")
handle_problems(api)
for resource in (orders, events, work, disputes, after_sale, webhooks):
    api.add_router("", resource.router)
