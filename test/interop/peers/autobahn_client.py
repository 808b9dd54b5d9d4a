"""Takes part in a realm as Autobahn's client, and prints as JSON what it saw: autobahn_client.py URL SERIALIZER."""

import asyncio
import json
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp import serializer
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import (
    CallOptions,
    PublishOptions,
    RegisterOptions,
    SubscribeOptions,
)

SERIALIZERS = {
    "json": serializer.JsonSerializer,
    "msgpack": serializer.MsgPackSerializer,
    "cbor": serializer.CBORSerializer,
}

PAYLOAD = {"text": "häß", "list": [1, -2, 2.5, None, True], "bytes": b"\x00\x01\xff", "big": 2**53}


class Peer(ApplicationSession):
    async def onJoin(self, details):
        report = {"serializer": self._transport._serializer.SERIALIZER_ID, "realm": details.realm}
        try:
            await self.calls(report)
            await self.events(report)
            await self.meta(report)
        except Exception as error:
            report["error"] = repr(error)
        print(json.dumps(report), flush=True)
        self.leave()

    async def calls(self, report):
        interrupted = asyncio.get_running_loop().create_future()

        async def slow(details=None):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if not interrupted.done():
                    interrupted.set_result(True)
                raise

        def progress(count, details=None):
            for number in range(count):
                details.progress(number)
            return "done"

        def fail():
            raise ApplicationError("com.example.failed", "why", code=7)

        await self.register(lambda value: value, "com.python.echo")
        await self.register(fail, "com.python.fail")
        await self.register(slow, "com.python.slow", RegisterOptions(details=True))
        await self.register(progress, "com.python.progress", RegisterOptions(details=True))
        await self.register(
            lambda details=None: details.procedure,
            "com.python.wild..card",
            RegisterOptions(match="wildcard", details=True),
        )
        await self.register(lambda: "one", "com.python.shared", RegisterOptions(invoke="roundrobin"))

        echoed = await self.call("com.python.echo", PAYLOAD)
        report["echo"] = echoed == PAYLOAD
        report["remote echo"] = await self.call("com.node.echo", PAYLOAD) == PAYLOAD
        try:
            await self.call("com.node.fail")
        except ApplicationError as error:
            report["remote error"] = [error.error, list(error.args), error.kwargs]
        try:
            await self.call("com.python.fail")
        except ApplicationError as error:
            report["error of mine"] = [error.error, list(error.args), error.kwargs]
        try:
            await self.call("com.nobody.home")
        except ApplicationError as error:
            report["no such procedure"] = error.error
        report["wildcard"] = await self.call("com.python.wild.any.card")
        numbers = []
        options = CallOptions(on_progress=numbers.append)
        report["result"] = await self.call("com.python.progress", 3, options=options)
        report["progress"] = numbers
        numbers = []
        options = CallOptions(on_progress=numbers.append)
        report["remote result"] = await self.call("com.node.progress", 3, options=options)
        report["remote progress"] = numbers

        call = self.call("com.python.slow", options=CallOptions(timeout=60_000))
        await asyncio.sleep(0.05)
        call.cancel()
        try:
            await call
        except asyncio.CancelledError:
            report["canceled"] = True
        except ApplicationError as error:
            report["canceled"] = error.error
        report["interrupted"] = await asyncio.wait_for(interrupted, 5)

        try:
            await self.call("com.python.slow", options=CallOptions(timeout=50))
        except ApplicationError as error:
            report["timeout"] = error.error

    async def events(self, report):
        seen = []
        arrived = asyncio.Event()

        def on_event(*args, details=None, **kwargs):
            seen.append([details.topic, list(args), kwargs])
            if args == ("last",):
                arrived.set()

        options = SubscribeOptions(match="prefix", details=True)
        subscription = await self.subscribe(on_event, "com.event.", options)
        publish = PublishOptions(acknowledge=True, exclude_me=False)
        publication = await self.publish("com.event.one", "first", n=1, options=publish)
        report["acknowledged"] = publication.id > 0
        await self.publish("com.event.mine", "excluded", options=PublishOptions(acknowledge=True))
        await self.publish(
            "com.event.nobody",
            "nobody",
            options=PublishOptions(acknowledge=True, exclude_me=False, eligible_authrole=["nobody"]),
        )
        # (The application's own session answers this with an event.)
        await self.call("com.node.publish", "com.event.two", "remote")
        await self.publish("com.event.three", "last", options=publish)
        await asyncio.wait_for(arrived.wait(), 5)
        report["events"] = seen
        await subscription.unsubscribe()

        retained = asyncio.get_running_loop().create_future()
        options = PublishOptions(acknowledge=True, retain=True, exclude_me=False)
        await self.publish("com.retained", "kept", options=options)
        await self.subscribe(
            lambda value, details=None: retained.set_result([value, details.retained]),
            "com.retained",
            SubscribeOptions(get_retained=True, details=True),
        )
        report["retained"] = await asyncio.wait_for(retained, 5)

    async def meta(self, report):
        report["sessions"] = await self.call("wamp.session.count")
        mine = await self.call("wamp.session.get", self._session_id)
        report["session"] = mine["session"] == self._session_id
        registration = await self.call("wamp.registration.lookup", "com.python.echo")
        report["callees"] = await self.call("wamp.registration.count_callees", registration)

    def onDisconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    url, name = sys.argv[1:]
    runner = ApplicationRunner(url, "realm1", serializers=[SERIALIZERS[name]()])
    runner.run(Peer)
