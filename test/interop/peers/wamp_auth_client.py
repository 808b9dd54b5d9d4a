"""Joins a WAMP router with Autobahn, once for each case of a list (JSON), and prints what came of each as JSON."""

import asyncio
import json
import sys

import txaio

txaio.use_asyncio()

from autobahn.asyncio.wamp import Session
from autobahn.asyncio.websocket import WampWebSocketClientFactory
from autobahn.wamp.auth import create_authenticator
from autobahn.wamp.serializer import JsonSerializer

PORT, CASES = int(sys.argv[1]), json.loads(sys.argv[2])


class Attempt(Session):
    def __init__(self, case, outcome):
        super().__init__()
        self._case, self._outcome = case, outcome
        for method in case["methods"]:
            self.add_authenticator(create_authenticator(**method))

    def onConnect(self):
        # (Several authenticators would have to agree about what is common to them; here the first says it.)
        method = self._case["methods"][0]
        extra = {}
        for authenticator in self._authenticators.values():
            extra.update(authenticator.authextra)
        self.join("realm1", authmethods=[m["name"] for m in self._case["methods"]],
                  authid=method.get("authid"), authextra=extra or None)

    async def onJoin(self, details):
        echoed = await self.call("com.example.echo", "hello")
        self._report([details.authid, details.authrole, details.authmethod, details.authprovider, echoed])
        self.leave()

    def onLeave(self, details):
        self._report(details.reason)
        self.disconnect()

    def onDisconnect(self):
        self._report("disconnected")

    def onUserError(self, fail, message):
        self._report("{}: {}".format(message, fail.value))

    def _report(self, what):
        if not self._outcome.done():
            self._outcome.set_result(what)


async def attempt(case):
    outcome = asyncio.get_running_loop().create_future()
    factory = WampWebSocketClientFactory(
        lambda: Attempt(case, outcome), url="ws://127.0.0.1:{}/".format(PORT), serializers=[JsonSerializer()])
    transport, _ = await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", PORT)
    try:
        return await asyncio.wait_for(outcome, 20)
    finally:
        transport.close()


async def main():
    return [await attempt(case) for case in CASES]


print(json.dumps(asyncio.run(main())))
