"""The HTTP side of the Bot API: envelopes, tokens, downloads, and connections that break."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.fakes.bot_api.account import Account
from tests.fakes.bot_api.calls import Call, read_call
from tests.fakes.bot_api.courier import Courier
from tests.fakes.bot_api.errors import Refused
from tests.fakes.bot_api.faults import Fault, FaultKind
from tests.fakes.bot_api.methods import perform
from tests.fakes.bot_api.receiving import Answer

type Work = Callable[[Call], Awaitable[Response]]

NOT_FOUND = Refused(404, "Not Found")
UNAUTHORIZED = Refused(401, "Unauthorized")
PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"


class HungUp(Response):
    """Closes the connection in place of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        scope["state"]["transport"].close()
        while (await receive())["type"] != "http.disconnect":
            pass


class Desk:
    """Where requests come in: one account, its methods and its files."""

    def __init__(self, account: Account, courier: Courier) -> None:
        self._account = account
        self._courier = courier

    def app(self) -> Starlette:
        verbs = ["GET", "POST"]
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self.answer, methods=verbs),
                Route("/file/bot{token}/{path:path}", self.download, methods=["GET"]),
                Route("/{path:path}", self.not_found, methods=verbs),
            ],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._account.bell.hang(asyncio.get_running_loop())
        work = asyncio.create_task(self._courier.run())
        yield
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    async def answer(self, request: Request) -> Response:
        try:
            call = await read_call(request.path_params["method"], request)
        except Refused as refusal:
            return JSONResponse(refusal.as_json(), refusal.code)
        return await self._answered(request, call, self._perform)

    async def download(self, request: Request) -> Response:
        """Faults are set for it, and it is counted, as the method `download`."""
        call = Call("download", {"path": request.path_params["path"]})
        return await self._answered(request, call, self._file)

    async def not_found(self, _request: Request) -> Response:
        return _refusal(NOT_FOUND)

    async def _answered(self, request: Request, call: Call, work: Work) -> Response:
        with self._account.bell.lock:
            self._account.calls.append(call)
        self._account.bell.ring()
        if request.path_params["token"] != self._account.token:
            response: Response = _refusal(UNAUTHORIZED)
        else:
            response = await self._with_faults(call, work)
        call.status = None if isinstance(response, HungUp) else response.status_code
        self._account.bell.ring()
        return response

    async def _perform(self, call: Call) -> Response:
        return JSONResponse(_envelope(await perform(self._account, call)))

    async def _file(self, call: Call) -> Response:
        file = self._account.files.find_by_path(call.text("path"))
        if file is None:
            raise NOT_FOUND
        return Response(file.content, media_type="application/octet-stream")

    async def _with_faults(self, call: Call, work: Work) -> Response:
        if self._strikes(FaultKind.DROP_REQUEST, call):
            return HungUp()
        if slow := self._strikes(FaultKind.SLOW, call):
            await asyncio.sleep(slow.seconds)
        if (fault := self._strikes(FaultKind.REFUSE, call)) and fault.refusal:
            return _page(fault.refusal.code) if fault.as_page else _refusal(fault.refusal)
        try:
            answer = await work(call)
        except Refused as refusal:
            return _refusal(refusal)
        if self._strikes(FaultKind.DROP_REPLY, call):
            return HungUp()
        return answer

    def _strikes(self, kind: FaultKind, call: Call) -> Fault | None:
        with self._account.bell.lock:
            return self._account.faults.take(kind, call.method, call.parameters.get("chat_id"))


def _envelope(result: Any) -> dict[str, Any]:
    if isinstance(result, Answer):
        return {"ok": True, "result": result.result, "description": result.description}
    return {"ok": True, "result": result}


def _refusal(refusal: Refused) -> Response:
    return JSONResponse(refusal.as_json(), refusal.code)


def _page(status: int) -> Response:
    return HTMLResponse(PAGE.format(status=status), status)
