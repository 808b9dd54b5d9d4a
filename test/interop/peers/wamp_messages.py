"""
Prints messages of WAMP as Autobahn writes them, with as little as possible and with all that it knows, as a JSON object: by serializer
a list of messages in hex.
"""

import json

import txaio

txaio.use_asyncio()

from autobahn.wamp import message, role, serializer

SERIALIZERS = {
    "json": serializer.JsonSerializer(),
    "msgpack": serializer.MsgPackSerializer(),
    "cbor": serializer.CBORSerializer(),
}

PAYLOAD = {"args": ["häß", -1, 2.5, 2**53, None, True, b"\x00\xff", []], "kwargs": {"ä": {"n": 1}}}
FORWARD = {"forward_for": [{"session": 1, "authid": "joe", "authrole": "user"}]}
CALLEE = {"callee": 7, "callee_authid": "joe", "callee_authrole": "user"}
CALLER = {"caller": 7, "caller_authid": "joe", "caller_authrole": "user"}
HASH = {"transaction_hash": "00" * 32}
ID, URI = 2**53, "com.example.uri"

CLIENT = {
    "publisher": role.RolePublisherFeatures(publisher_exclusion=True),
    "subscriber": role.RoleSubscriberFeatures(pattern_based_subscription=True),
    "caller": role.RoleCallerFeatures(call_canceling=True),
    "callee": role.RoleCalleeFeatures(shared_registration=True),
}
ROUTER = {
    "broker": role.RoleBrokerFeatures(event_retention=True),
    "dealer": role.RoleDealerFeatures(testament_meta_api=True),
}

LISTS = {
    "exclude": [1],
    "exclude_authid": ["joe"],
    "exclude_authrole": ["user"],
    "eligible": [ID],
    "eligible_authid": ["ann"],
    "eligible_authrole": ["admin"],
}

# What each needs, and what it may have.
MESSAGES = [
    (message.Hello, ["realm1", CLIENT], {"authmethods": ["ticket"], "authid": "joe", "authrole": "user",
                                         "authextra": {"a": None}, "resumable": True}),
    (message.Welcome, [ID, ROUTER], {"realm": "realm1", "authid": "joe", "authrole": "user", "authmethod": "ticket",
                                     "authprovider": "static", "authextra": {"a": [1]}, "resumed": False,
                                     "resumable": True, "resume_token": "token", "custom": {"x_cb_node": "node"}}),
    (message.Abort, [URI], {"message": "why"}),
    (message.Challenge, ["wampcra"], {"extra": {"challenge": "{}", "iterations": 1000}}),
    (message.Authenticate, ["signature"], {"extra": {"a": 1}}),
    (message.Goodbye, [URI], {"message": "why", "resumable": True}),
    (message.Error, [48, ID, URI], {**PAYLOAD, **CALLEE, **FORWARD}),
    (message.Publish, [1, URI], {**PAYLOAD, **LISTS, **HASH, **FORWARD, "acknowledge": True, "exclude_me": False,
                                 "retain": True}),
    (message.Published, [1, ID], {}),
    (message.Subscribe, [1, URI], {**FORWARD, "match": "prefix", "get_retained": True}),
    (message.Subscribed, [1, ID], {}),
    (message.Unsubscribe, [1, ID], FORWARD),
    (message.Unsubscribed, [1], {}),
    (message.Unsubscribed, [0, ID], {"reason": URI}),
    (message.Event, [ID, 1], {**PAYLOAD, **HASH, **FORWARD, "publisher": 7, "publisher_authid": "joe",
                              "publisher_authrole": "user", "topic": URI, "retained": True}),
    (message.Call, [1, URI], {**PAYLOAD, **HASH, **CALLER, **FORWARD, "timeout": 100, "receive_progress": True}),
    (message.Cancel, [1], {**FORWARD, "mode": "killnowait"}),
    (message.Result, [1], {**PAYLOAD, **CALLEE, **FORWARD, "progress": True}),
    (message.Register, [1, URI], {**FORWARD, "match": "wildcard", "invoke": "roundrobin", "concurrency": 2,
                                  "force_reregister": True}),
    (message.Registered, [1, ID], {}),
    (message.Unregister, [1, ID], FORWARD),
    (message.Unregistered, [1], {}),
    (message.Unregistered, [0, ID], {"reason": URI}),
    (message.Invocation, [1, ID], {**PAYLOAD, **HASH, **CALLER, **FORWARD, "timeout": 100, "receive_progress": True,
                                   "procedure": URI}),
    (message.Interrupt, [1], {**FORWARD, "mode": "killnowait", "reason": URI}),
    (message.Yield, [1], {**PAYLOAD, **CALLEE, **FORWARD, "progress": True}),
]

written = {name: [] for name in SERIALIZERS}
for name, chosen in SERIALIZERS.items():
    for kind, needed, more in MESSAGES:
        for options in [{}, more] if more else [{}]:
            payload, _ = chosen.serialize(kind(*needed, **options))
            written[name].append(payload.hex())
print(json.dumps(written))
