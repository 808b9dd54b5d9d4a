"""
Two sessions of Autobahn over RawSocket, with a serializer: one registers and subscribes, the other calls and publishes.
Prints what came of it as JSON.

    wamp_rawsocket_client.py json tcp 127.0.0.1 8081
    wamp_rawsocket_client.py cbor unix /tmp/wamp.sock
"""

import asyncio
import json
import sys

import txaio

txaio.use_asyncio()

from autobahn.asyncio.rawsocket import WampRawSocketClientFactory, WampRawSocketClientProtocol
from autobahn.asyncio.wamp import ApplicationSession
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import CallResult, ComponentConfig, PublishOptions, TransportDetails

# Version 22.7.1 forgot it, and can't join without it.
if not hasattr(WampRawSocketClientProtocol, "transport_details"):
    WampRawSocketClientProtocol.transport_details = TransportDetails()

SERIALIZERS = {"json": JsonSerializer, "msgpack": MsgPackSerializer, "cbor": CBORSerializer}


async def join(serializer: str, place: list) -> ApplicationSession:
    loop = asyncio.get_running_loop()
    joined = loop.create_future()

    class Session(ApplicationSession):
        def onJoin(self, details):
            joined.set_result(self)

    def create():
        return Session(ComponentConfig("realm1", {}))

    factory = WampRawSocketClientFactory(create, serializer=SERIALIZERS[serializer]())
    factory.loop = loop
    if place[0] == "unix":
        await loop.create_unix_connection(factory, place[1])
    else:
        await loop.create_connection(factory, place[1], int(place[2]))
    return await asyncio.wait_for(joined, 10)


async def main(serializer: str, *place: str) -> None:
    backend = await join(serializer, list(place))
    client = await join(serializer, list(place))
    report = {}

    def reverse(text, **keywords):
        return CallResult(text[::-1], **keywords)

    event = asyncio.get_running_loop().create_future()
    await backend.register(reverse, "com.example.reverse")
    await backend.register(lambda data: data, "com.example.echo")
    await backend.subscribe(lambda *args, **kwargs: event.set_result([args, kwargs]), "com.example.news")

    result = await client.call("com.example.reverse", "grüße", n=1)
    report["result"] = [list(result.results), result.kwresults]
    report["bytes"] = (await client.call("com.example.echo", bytes(range(256)))) == bytes(range(256))
    large = "0123456789" * 50_000
    report["large"] = (await client.call("com.example.echo", large)) == large
    try:
        await client.call("com.example.missing")
    except Exception as error:
        report["error"] = error.error
    await client.publish("com.example.news", "hello", n=2, options=PublishOptions(acknowledge=True))
    report["event"] = await asyncio.wait_for(event, 10)
    for session in (client, backend):
        session.leave()
        await session._transport.is_closed
    print(json.dumps(report))


asyncio.run(main(*sys.argv[1:]))
