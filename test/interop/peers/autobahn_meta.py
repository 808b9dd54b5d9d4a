"""
Uses what WAMP's router does beside passing messages on (meta API, testaments, event history) with Autobahn, and prints as JSON what it
saw: autobahn_meta.py URL SERIALIZER.
"""

import asyncio
import json
import sys
from urllib.parse import urlparse

import txaio

txaio.use_asyncio()

from autobahn.asyncio.wamp import ApplicationSession
from autobahn.asyncio.websocket import WampWebSocketClientFactory
from autobahn.wamp import serializer
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import (
    ComponentConfig,
    PublishOptions,
    RegisterOptions,
    SubscribeOptions,
)

SERIALIZERS = {
    "json": serializer.JsonSerializer,
    "msgpack": serializer.MsgPackSerializer,
    "cbor": serializer.CBORSerializer,
}

ACKNOWLEDGE = PublishOptions(acknowledge=True, exclude_me=False)


class Peer(ApplicationSession):
    def __init__(self):
        super().__init__(ComponentConfig("realm1"))
        self.joined = asyncio.get_running_loop().create_future()
        self.left = asyncio.get_running_loop().create_future()

    def onJoin(self, details):
        self.joined.set_result(details)

    def onLeave(self, details):
        self.left.set_result(details.reason)
        self.disconnect()


async def join(url, name):
    place = urlparse(url)
    peer = Peer()
    factory = WampWebSocketClientFactory(lambda: peer, url=url, serializers=[SERIALIZERS[name]()])
    await asyncio.get_running_loop().create_connection(factory, place.hostname, place.port)
    await asyncio.wait_for(peer.joined, 10)
    return peer


async def refusal(call):
    try:
        await call
    except ApplicationError as error:
        return error.error
    return "no error"


async def sessions(one, url, name, report):
    joined, left = asyncio.Queue(), asyncio.Queue()
    await one.subscribe(joined.put_nowait, "wamp.session.on_join")
    await one.subscribe(lambda *about: left.put_nowait(about), "wamp.session.on_leave")
    other = await join(url, name)
    its_id = other._session_id
    about = await asyncio.wait_for(joined.get(), 5)
    details = await one.call("wamp.session.get", its_id)
    report["session"] = [
        about == details,
        details["session"] == its_id,
        sorted(details),
        details["authrole"],
    ]
    report["list"] = sorted(await one.call("wamp.session.list")) == sorted(
        [one._session_id, its_id]
    )
    report["counts"] = [
        await one.call("wamp.session.count"),
        await one.call("wamp.session.count", ["anonymous"]),
        await one.call("wamp.session.count", ["nobody"]),
    ]
    await one.call("wamp.session.kill", its_id, reason="com.killed", message="Go.")
    report["killed"] = await asyncio.wait_for(other.left, 5)
    gone = await asyncio.wait_for(left.get(), 5)
    report["left"] = [gone[0] == its_id, gone[2]]
    report["no such session"] = await refusal(one.call("wamp.session.get", its_id))


async def registrations(one, report):
    events = asyncio.Queue()
    await one.subscribe(lambda _, details: events.put_nowait(details["uri"]), "wamp.registration.on_create")
    registration = await one.register(lambda: 1, "com.meta..any", RegisterOptions(match="wildcard"))
    report["created"] = await asyncio.wait_for(events.get(), 5)
    wildcard = {"match": "wildcard"}
    details = await one.call("wamp.registration.get", registration.id)
    report["registration"] = [
        [details[name] for name in ("uri", "match", "invoke")],
        await one.call("wamp.registration.lookup", "com.meta..any", wildcard) == registration.id,
        await one.call("wamp.registration.match", "com.meta.not.any") == registration.id,
        await one.call("wamp.registration.match", "com.nothing"),
        await one.call("wamp.registration.list_callees", registration.id) == [one._session_id],
        (await one.call("wamp.registration.list"))["wildcard"] == [registration.id],
    ]
    await registration.unregister()
    report["unregistered"] = await refusal(one.call("wamp.registration.get", registration.id))


async def subscriptions(one, report):
    subscription = await one.subscribe(print, "com.meta", SubscribeOptions(match="prefix"))
    details = await one.call("wamp.subscription.get", subscription.id)
    report["subscription"] = [
        [details[name] for name in ("uri", "match")],
        await one.call("wamp.subscription.lookup", "com.meta", {"match": "prefix"}) == subscription.id,
        await one.call("wamp.subscription.match", "com.meta.some") == [subscription.id],
        await one.call("wamp.subscription.list_subscribers", subscription.id) == [one._session_id],
        await one.call("wamp.subscription.count_subscribers", subscription.id),
    ]
    await subscription.unsubscribe()
    report["unsubscribed"] = await refusal(one.call("wamp.subscription.get", subscription.id))


async def testaments(one, url, name, report):
    came = asyncio.Queue()
    await one.subscribe(lambda *args, **kwargs: came.put_nowait([args, kwargs]), "com.testament")
    other = await join(url, name)
    await other.call("wamp.session.add_testament", "com.testament", ["flushed"], {})
    await other.call("wamp.session.flush_testaments")
    await other.call("wamp.session.add_testament", "com.testament", ["last", "will"], {"n": 1})
    await other.call("wamp.session.add_testament", "com.testament", ["detached"], {}, scope="detached")
    other.leave()
    report["testaments"] = [await asyncio.wait_for(came.get(), 5) for _ in range(2)]


async def history(one, report):
    subscription = await one.subscribe(lambda *_, **__: None, "com.history")
    for number in range(4):
        await one.publish("com.history", number, n=number, options=ACKNOWLEDGE)
    events = await one.call("wamp.subscription.get_events", subscription.id, limit=2)
    report["history"] = [[event["args"], event["kwargs"]] for event in events.results]
    report["limited"] = events.kwresults["is_limit_reached"]
    first = events.results[0]
    after = await one.call(
        "wamp.subscription.get_events", subscription.id, after_publication=first["publication"]
    )
    report["after"] = [event["args"] for event in after.results]
    other = await one.subscribe(print, "com.other")
    report["no history"] = await refusal(one.call("wamp.subscription.get_events", other.id))


async def main(url, name):
    report = {}
    one = await join(url, name)
    await sessions(one, url, name, report)
    await registrations(one, report)
    await subscriptions(one, report)
    await testaments(one, url, name, report)
    await history(one, report)
    one.leave()
    report["reason"] = await asyncio.wait_for(one.left, 5)
    print(json.dumps(report))


asyncio.run(main(*sys.argv[1:]))
