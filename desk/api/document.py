"""The OpenAPI document of the API: what ninja writes, with scopes, problems, keys and webhooks added."""

from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from desk.api.guarding import KEY, LONGEST_KEY, Bearer
from desk.api.problems import KINDS, MEDIA_TYPE
from orders.webhook_types import TEST, WEBHOOK_TYPES

ALWAYS = {400, 401, 403, 422, 429, 500, 503}
STATUSES = ALWAYS | {404, 409, 413, 415}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "rule": {"type": "string", "description": "the id of the rule that forbids it"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
EVENT = {
    "type": "object",
    "required": ["type", "timestamp", "data"],
    "properties": {
        "type": {"type": "string", "enum": [*WEBHOOK_TYPES, TEST]},
        "timestamp": {"type": "string", "format": "date-time", "description": "when it happened"},
        "data": {
            "type": "object",
            "required": ["store"],
            "properties": {
                "store": {"type": "string"},
                "order": {"$ref": "#/components/schemas/OrderRef"},
                "event": {"$ref": "#/components/schemas/TimelineOut"},
            },
        },
    },
}
SIGNED = {
    "webhook-id": "the same at every attempt: drop what you have had",
    "webhook-timestamp": "seconds since 1970; refuse what is older than five minutes",
    "webhook-signature": "v1, and base64 of HMAC-SHA256 over id.timestamp.body; the key is the base64 behind whsec_",
}


class ApiDocument(OpenAPISchema):
    """OpenAPI 3.1."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        self["components"]["schemas"] |= {"Problem": PROBLEM, "WebhookEvent": EVENT}
        self["components"]["responses"] = {name_of(status): _problem(status) for status in sorted(STATUSES)}
        self["webhooks"] = {"event": {"post": _told()}}
        for part in ("paths", "components"):
            _drop_titles(self[part])

    def operation_security(self, operation: Operation) -> list[dict[str, Any]]:
        """The token, and the scopes of which it needs one."""
        scopes = [callback.scopes for callback in operation.auth_callbacks if isinstance(callback, Bearer)]
        self.securitySchemes["token"] = {"type": "http", "scheme": "bearer", "description": "a token of one store"}
        return [{"token": [str(scope)]} for scope in scopes[0]]

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """What ninja says of it, with its problems, and the key of a post."""
        said: dict[str, Any] = super().operation_details(operation)
        statuses = ALWAYS | ({404} if "{" in operation.path else set())
        if "POST" in operation.methods:
            said["parameters"].append(_key_parameter())
            statuses |= {409}
        if "requestBody" in said:
            statuses |= {413, 415}
        for status in sorted(statuses):
            said["responses"][status] = {"$ref": f"#/components/responses/{name_of(status)}"}
        return said

    def _extract_parameters(self, model: Any) -> list[dict[str, Any]]:
        """A parameter is there or not: null is no value of one."""
        said: list[dict[str, Any]] = super()._extract_parameters(model)
        for parameter in said:
            schema = parameter["schema"]
            others = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
            if len(others) == 1:
                rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
                parameter["schema"] = others[0] | rest
        return said


def name_of(status: int) -> str:
    """What a problem's answer is called in the document."""
    return HTTPStatus(status).name.title().replace("_", "")


def _drop_titles(part: Any) -> None:
    """Pydantic repeats each key as its title: half of the document, and nobody is told anything by it."""
    if isinstance(part, dict):
        if isinstance(part.get("title"), str):
            del part["title"]
        for inner in part.values():
            _drop_titles(inner)
    elif isinstance(part, list):
        for inner in part:
            _drop_titles(inner)


def _problem(status: int) -> dict[str, Any]:
    said = " Or: ".join(kind.title for kind in KINDS if kind.status == status)
    answer: dict[str, Any] = {
        "description": said,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        answer["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "seconds"}}
    return answer


def _key_parameter() -> dict[str, Any]:
    return {
        "in": "header",
        "name": KEY,
        "required": False,
        "description": "The same request with the same key is worked on once, and answered the same for 7 days.",
        "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": LONGEST_KEY},
    }


def _told() -> dict[str, Any]:
    return {
        "summary": "What a webhook is told",
        "description": "Posted as Standard Webhooks sign it; answer 2xx within 15 seconds. Order is not promised.",
        "parameters": [
            {"in": "header", "name": name, "required": True, "description": says, "schema": {"type": "string"}}
            for name, says in SIGNED.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WebhookEvent"}}},
        },
        "responses": {"200": {"description": "Taken."}, "410": {"description": "Gone: the webhook is switched off."}},
    }
