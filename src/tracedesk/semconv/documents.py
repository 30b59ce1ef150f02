"""Retrieved documents, tool definitions, scores, embeddings and flags: the lists that are not messages."""

from __future__ import annotations

import re
from typing import Any

from tracedesk.semconv.values import dig, json_value, python_repr, real, structure, text

Document = dict[str, Any]

_NODE = re.compile(r"<NodeWithScore\(node=\w+\(id_=([\w-]+)\)?, score=([\d.e+-]+|None)\)>")
"""How OpenInference writes LlamaIndex's nodes where it has no text of theirs."""
_WRAPPERS = ("documents", "results", "matches", "nodes", "source_nodes", "docs", "output", "data")


def documents(value: Any) -> list[Document] | None:
    """[{id, score, content, metadata}] of a list of texts or documents in any spelling, bare, in JSON, or wrapped in a map."""
    found = structure(value)
    if isinstance(found, dict):
        inner = next((found[key] for key in _WRAPPERS if isinstance(found.get(key), list)), None)
        found = inner if inner is not None else [found] if _content(found) is not None else None
    if not isinstance(found, list):
        return None
    made = [document for document in map(document_of, found) if document is not None]
    return made or None


def document_of(item: Any) -> Document | None:
    """One document, or None where this is none."""
    if isinstance(item, str):
        node = _NODE.fullmatch(item) if item[:1] == "<" else None
        if node is not None:
            return {"id": node[1], "score": real(node[2]), "content": None, "metadata": None}
        inner = structure(item)
        made = document_of(inner) if isinstance(inner, dict) else None
        if made is None or (made["content"] is None and made["score"] is None):
            item = _unquoted(item)
            return {"id": None, "score": None, "content": item, "metadata": None} if item else None
        return made
    if not isinstance(item, dict):
        return None
    if "lc" in item and isinstance(item.get("kwargs"), dict):
        item = item["kwargs"]
    if isinstance(item.get("document"), dict):
        item = {**item["document"], **{key: value for key, value in item.items() if key != "document"}}
    if isinstance(item.get("node"), dict):
        item = {**item["node"], **{key: value for key, value in item.items() if key != "node"}}
    score = next((item[key] for key in ("score", "similarity", "relevance_score", "relevanceScore", "distance")
                  if item.get(key) is not None), None)
    made = {
        "id": text(next((item[key] for key in ("id", "_id", "doc_id", "document_id", "id_", "node_id", "index")
                         if item.get(key) is not None), None)),
        "score": real(score),
        "content": _content(item),
        "metadata": structure(item.get("metadata")) or item.get("metadata"),
    }
    return made if any(part is not None for part in made.values()) else None


def _content(item: dict[str, Any]) -> str | None:
    for key in ("text", "content", "page_content", "document", "chunk", "value"):
        found = item.get(key)
        if isinstance(found, list):
            found = "\n".join(piece for piece in (part if isinstance(part, str) else part.get("text") if isinstance(part, dict)
                                                  else None for part in found) if isinstance(piece, str))
        if isinstance(found, str) and found:
            return found
    return None


def tools(value: Any) -> list[dict[str, Any]] | None:
    """[{name, description, parameters, type}] of tool definitions in any nesting; bare names are accepted."""
    found = python_repr(value) if isinstance(value, str) else value
    if found is None and isinstance(value, str):
        found = [name.strip() for name in value.split(",")]
    if isinstance(found, dict):
        named = "name" not in found and all(isinstance(item, dict) for item in found.values())
        found = list(found.values()) if named else [found]
    if not isinstance(found, list):
        return None
    made: list[dict[str, Any]] = []
    for item in found:
        made.extend(_tools_of(item))
    return made or None


def _tools_of(item: Any) -> list[dict[str, Any]]:
    if isinstance(item, str):
        inner = structure(item)
        if inner is None:
            return [{"name": item, "description": None, "parameters": None, "type": None}] if item else []
        item = inner
    if isinstance(item, list):                                                # Langtrace: all of them in one text
        return [tool for one in item if isinstance(one, dict) for tool in _tools_of(one)]
    if not isinstance(item, dict):
        return []
    declared = item.get("functionDeclarations", item.get("function_declarations"))
    if isinstance(declared, list):                                            # Gemini nests a list of functions in one tool
        return [tool for one in declared for tool in _tools_of(one)]
    if isinstance(item.get("tool"), dict):                                    # OpenInference: llm.tools.N.tool.json_schema
        inner = item["tool"]
        schema = structure(inner.get("json_schema"))
        known = _tools_of(schema) if isinstance(schema, dict) else []
        item = {**inner, **{key: value for key, value in known[0].items() if value is not None}} if known else inner
    kind = item.get("type")
    if isinstance(item.get("function"), dict):
        item = item["function"]
    elif isinstance(item.get("toolSpec"), dict):
        item = item["toolSpec"]
    name = text(item.get("name"))
    if name is None:
        return []
    wrapped = item.get("schema")
    if isinstance(wrapped, dict) and "input_schema" in wrapped:              # AgentOps: the rest of Anthropic's definition
        item = {**item, **wrapped}
    schema = next((item[key] for key in ("parameters", "inputSchema", "input_schema", "parameters_json_schema", "schema")
                   if item.get(key) is not None), None)
    if isinstance(schema, dict) and set(schema) == {"json"}:                 # Bedrock: inputSchema.json
        schema = schema["json"]
    return [{"name": name, "description": text(item.get("description")), "parameters": structure(schema) or schema,
             "type": text(kind)}]


def scores(value: Any) -> list[dict[str, Any]] | None:
    """[{name, value, label, explanation, annotator}] of {name: number}, a list of scores, or OpenInference evaluations."""
    found = structure(value)
    if isinstance(found, dict):
        found = [{"name": name, **score} if isinstance(score, dict) else {"name": name, "score": score}
                 for name, score in found.items()]
    if not isinstance(found, list):
        return None
    made = []
    for item in found:
        inner = item
        for key in ("annotation", "evaluation"):
            if isinstance(inner, dict) and isinstance(inner.get(key), dict):
                inner = inner[key]
        if isinstance(inner, dict) and text(inner.get("name")) is not None:
            figure = inner.get("score", inner.get("value"))
            number = real(figure)
            label = inner.get("label", figure if number is None else None)
            made.append({"name": text(inner["name"]), "value": number, "label": text(label) if not isinstance(label, bool)
                         else str(label).lower(), "explanation": text(inner.get("explanation")),
                         "annotator": text(inner.get("annotator_kind", inner.get("annotator")))})
    return made or None


def embedding_inputs(value: Any) -> list[str] | None:
    """The texts that were embedded, from a text, a list of texts (maybe one list deeper), items or messages."""
    found = structure(value)
    if found is None:
        found = python_repr(value) if isinstance(value, str) and value[:1] == "[" else value
        if not isinstance(found, list):
            single = text(found)
            return None if single is None else [_unquoted(single)]
    if isinstance(found, dict):
        inner = dig(found, "input|inputs|text|texts|content|documents|values")
        return embedding_inputs(inner) if inner is not None and inner is not found else None
    made: list[str] = []
    for item in found:
        if isinstance(item, str):
            made.append(_unquoted(item))
        elif isinstance(item, list):
            made.extend(_unquoted(inner) for inner in item if isinstance(inner, str))
        elif isinstance(item, dict):
            piece = dig(item, "embedding.text|text|content|parts[0].content|parts[0].text")
            if isinstance(piece, str):
                made.append(piece)
    return made or None


def _unquoted(item: str) -> str:
    """Vercel writes each text as JSON: '"hello"'."""
    if item[:1] == '"' and item[-1:] == '"':
        inner = json_value(item)
        return inner if isinstance(inner, str) else item
    return item


def embedding_vectors(value: Any) -> list[list[float]] | None:
    """The vectors, from one vector, a list of them (each maybe in JSON) or OpenInference's items."""
    found = structure(value)
    if not isinstance(found, list):
        return None
    if all(isinstance(item, int | float) and not isinstance(item, bool) for item in found):
        return [[float(item) for item in found]]
    made = []
    for item in found:
        inner = dig(item, "embedding.vector|vector|embedding") if isinstance(item, dict) else structure(item)
        if isinstance(inner, list) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in inner):
            made.append([float(one) for one in inner])
    return made or None
