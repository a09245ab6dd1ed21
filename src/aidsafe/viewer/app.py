"""The routes: the page, its files, and what it asks for. All are read; none takes a path from outside."""

from collections.abc import Callable, Sequence
from re import sub

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from aidsafe.core.errors import AidsafeError, InputError
from aidsafe.viewer.answers import queries_answer, runs_answer, transcript_answer
from aidsafe.viewer.assets import STATIC, TYPES, asset, served_page
from aidsafe.viewer.guarding import Guard
from aidsafe.viewer.saving import page_of
from aidsafe.viewer.searching import question_of
from aidsafe.viewer.shelf import ShownRun

__all__ = ["app_of"]

Answer = Callable[[Request], Response]


def app_of(shelf: Sequence[ShownRun], *, token: str, host: str = "127.0.0.1") -> ASGIApp:
    """The page over these runs, at `/<token>/` and nowhere else."""
    routes = [
        Route("/", lambda _: Response(served_page(), media_type="text/html")),
        Route("/static/{name}", _static),
        Route("/runs", lambda _: _json(runs_answer(shelf))),
        Route("/queries", _failing(lambda request: _queries(shelf, request))),
        Route("/transcript", _failing(lambda request: _transcript(shelf, request))),
        Route("/saved", _failing(lambda request: _saved(shelf, request))),
    ]
    page = Starlette(routes=routes)
    page.router.redirect_slashes = False
    return Guard(page, token, host)


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        return _nothing()
    return Response(asset(name), media_type=TYPES[name.rpartition(".")[2]])


def _queries(shelf: Sequence[ShownRun], request: Request) -> Response:
    asked = {name: value for name, value in request.query_params.items() if name != "run"}
    return _json(queries_answer(shelf[_number(shelf, request)], question_of(asked)))


def _transcript(shelf: Sequence[ShownRun], request: Request) -> Response:
    found = transcript_answer(shelf, _number(shelf, request), request.query_params.get("id", ""))
    return _json(found or b"null")


def _saved(shelf: Sequence[ShownRun], request: Request) -> Response:
    shown, query_id = shelf[_number(shelf, request)], request.query_params.get("id", "")
    transcript = shown.find(query_id)
    if transcript is None:
        return _nothing()
    name = sub(r"[^A-Za-z0-9._-]+", "-", query_id).strip(".-")[:60] or "query"
    page = page_of(shown.run, [transcript], name=shown.name, policies=shown.policies)
    headers = {"content-disposition": f'attachment; filename="aidsafe-{name}.html"'}
    return Response(page, media_type="text/html", headers=headers)


def _number(shelf: Sequence[ShownRun], request: Request) -> int:
    given = request.query_params.get("run", "0")
    if not given.isdecimal() or not given.isascii() or int(given) >= len(shelf):
        raise InputError(f"'run': {given!r} is none of the {len(shelf)} runs; give a number from 0")
    return int(given)


def _failing(answer: Answer) -> Answer:
    """The answer, or in one line why there is none."""

    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except InputError as error:
            return PlainTextResponse(str(error), 400)
        except AidsafeError as error:
            return PlainTextResponse(str(error), 503)

    return answered


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _nothing() -> Response:
    return PlainTextResponse("not found", 404)
