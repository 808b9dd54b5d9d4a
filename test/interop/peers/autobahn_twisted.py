"""Takes part in a realm with Autobahn on Twisted, and prints as JSON what it saw: autobahn_twisted.py URL SERIALIZER."""

import json
import sys

from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp import serializer
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallOptions, PublishOptions, SubscribeOptions
from twisted.internet import defer, reactor

SERIALIZERS = {
    "json": serializer.JsonSerializer,
    "msgpack": serializer.MsgPackSerializer,
    "cbor": serializer.CBORSerializer,
}

PAYLOAD = {"text": "häß", "list": [1, -2, 2.5, None, True], "bytes": b"\x00\x01\xff", "big": 2**53}


class Peer(ApplicationSession):
    @defer.inlineCallbacks
    def onJoin(self, details):
        report = {"serializer": self._transport._serializer.SERIALIZER_ID}
        yield self.register(lambda value: value, "com.twisted.echo")
        report["echo"] = (yield self.call("com.twisted.echo", PAYLOAD)) == PAYLOAD
        report["remote echo"] = (yield self.call("com.node.echo", PAYLOAD)) == PAYLOAD
        try:
            yield self.call("com.node.fail")
        except ApplicationError as error:
            report["error"] = [error.error, list(error.args), error.kwargs]
        numbers = []
        options = CallOptions(on_progress=numbers.append)
        report["result"] = yield self.call("com.node.progress", 3, options=options)
        report["progress"] = numbers
        try:
            yield self.call("com.node.slow", options=CallOptions(timeout=50))
        except ApplicationError as error:
            report["timeout"] = error.error
        report["event"] = yield self.event()
        # (Its runner makes log lines of what is printed.)
        print(json.dumps(report), file=sys.__stdout__, flush=True)
        self.leave()

    @defer.inlineCallbacks
    def event(self):
        came = defer.Deferred()

        def receive(*args, details=None, **kwargs):
            came.callback([details.topic, list(args), kwargs])

        yield self.subscribe(receive, "com.event.", SubscribeOptions(match="prefix", details=True))
        options = PublishOptions(acknowledge=True, exclude_me=False)
        yield self.publish("com.event.one", "first", n=1, options=options)
        return (yield came)

    def onDisconnect(self):
        if reactor.running:
            reactor.stop()


url, name = sys.argv[1:]
ApplicationRunner(url, "realm1", serializers=[SERIALIZERS[name]()]).run(Peer)
