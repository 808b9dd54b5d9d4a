"""
A session of Autobahn on Twisted over RawSocket, which calls a procedure of its own. Prints the result.

    wamp_rawsocket_twisted.py 127.0.0.1 8081
"""

import sys

from autobahn.twisted.rawsocket import WampRawSocketClientFactory
from autobahn.twisted.wamp import ApplicationSession
from autobahn.wamp.serializer import JsonSerializer
from autobahn.wamp.types import ComponentConfig
from twisted.internet import defer, reactor, task
from twisted.internet.endpoints import TCP4ClientEndpoint


@defer.inlineCallbacks
def main(_, host, port):
    done = defer.Deferred()

    class Session(ApplicationSession):
        @defer.inlineCallbacks
        def onJoin(self, details):
            yield self.register(lambda a, b: a + b, "com.example.add")
            print((yield self.call("com.example.add", 2, 3)))
            self.leave()

        def onDisconnect(self):
            done.callback(None)

    def create():
        return Session(ComponentConfig("realm1", {}))

    factory = WampRawSocketClientFactory(create, serializer=JsonSerializer())
    yield TCP4ClientEndpoint(reactor, host, int(port)).connect(factory)
    yield done


task.react(main, sys.argv[1:])
