"""The published descriptions, from the types: OpenAPI 3.1 of the routes, JSON Schema 2020-12 of the live channel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tandem import __version__
from tandem.agent_desktop.adapters.route import JSON, Route
from tandem.agent_desktop.core.fields import Count, Id
from tandem.agent_desktop.core.messages import PROTOCOL, PageMessage, ServerMessage
from tandem.agent_desktop.core.permissions import Action, Reach, reach
from tandem.agent_desktop.core.resources import Problem

Document = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COMPONENT = "#/components/schemas/{name}"


def openapi_document(routes: Iterable[Route]) -> Document:
    """An OpenAPI 3.1 document that describes exactly these routes."""
    routes = list(routes)
    shapes = [shape for route in routes for shape in (route.body, route.answer) if shape is not None]
    _, components = msgspec.json.schema_components([*shapes, Problem], ref_template=_COMPONENT)
    paths: dict[str, Document] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tandem agent desktop",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Times are seconds since the Unix epoch. The live channel is described in "
            "/api/schema/live.json.",
        },
        "jsonSchemaDialect": _DIALECT,
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "tandem_session",
                    "description": "Set by POST /api/login.",
                }
            },
        },
    }


def live_schema() -> Document:
    """``$defs/ServerMessage``: what the server sends; ``$defs/PageMessage``: what a page may send."""
    (server, page), shapes = msgspec.json.schema_components([ServerMessage, PageMessage])
    return {
        "$schema": _DIALECT,
        "title": f"Tandem live channel, protocol {PROTOCOL}",
        "anyOf": [{"$ref": "#/$defs/ServerMessage"}, {"$ref": "#/$defs/PageMessage"}],
        "$defs": {**shapes, "ServerMessage": server, "PageMessage": page},
    }


def _operation(route: Route) -> Document:
    operation: Document = {
        "operationId": route.name,
        "summary": route.summary,
        "security": [] if _is_public(route.action) else [{"session": []}],
        "responses": {
            str(route.status): _success(route),
            "default": {"description": "Refused or failed.", "content": _content(Problem)},
        },
    }
    parameters = [*_path_parameters(route.path), *_query_parameters(route.query)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(route.body)}
    return operation


def _is_public(action: Action) -> bool:
    return reach(None, action) is not Reach.NONE


def _success(route: Route) -> Document:
    if route.status == 204:
        return {"description": "Done."}
    if route.media != JSON:
        return {"description": "The content.", "content": {route.media: {}}}
    return {"description": "Done.", "content": _content(route.answer)}


def _content(shape: Any) -> Document:
    (schema,), _ = msgspec.json.schema_components([shape], ref_template=_COMPONENT)
    return {JSON: {"schema": schema}}


def _path_parameters(path: str) -> list[Document]:
    kinds = {"id": Id, "number": Count}
    return [
        {"name": name, "in": "path", "required": True, "schema": msgspec.json.schema(kind)}
        for name, kind in kinds.items()
        if f"{{{name}}}" in path
    ]


def _query_parameters(query: type[msgspec.Struct] | None) -> list[Document]:
    if query is None:
        return []
    _, shapes = msgspec.json.schema_components([query])
    described = shapes[query.__name__]
    return [
        {"name": name, "in": "query", "required": name in described.get("required", ()), "schema": schema}
        for name, schema in described["properties"].items()
    ]
