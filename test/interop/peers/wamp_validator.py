"""
Reads messages of WAMP with Autobahn's strict parsers, and prints as JSON what they make of them: wamp_validator.py FILE.

Each line of the file is the name of a serializer, and the message in hex. Printed are

- read: how many messages of each type were taken,
- refused: what was not, as [line, why],
- unknown: for each type of message, the attributes of its options or details that Autobahn doesn't know,
- different: messages that are others when Autobahn writes them again, as [line, message].
"""

import json
import sys
from collections import Counter, defaultdict

import txaio

txaio.use_asyncio()

from autobahn.wamp import serializer

SERIALIZERS = {
    "json": serializer.JsonSerializer(),
    "msgpack": serializer.MsgPackSerializer(),
    "cbor": serializer.CBORSerializer(),
}


def strip(message):
    """Arguments that are empty may be there or not."""
    while message and message[-1] in ([], {}) and len(message) > 3:
        message = message[:-1]
    return message


class Report:
    def __init__(self):
        self.read, self.unknown = Counter(), defaultdict(set)
        self.refused, self.different = [], []

    def check(self, line, name, payload):
        chosen = SERIALIZERS[name]
        try:
            (message,) = chosen.unserialize(payload, chosen._serializer.BINARY)
        except Exception as error:
            self.refused.append([line, "{}: {}".format(type(error).__name__, error)])
            return
        kind = type(message).__name__.upper()
        self.read[kind] += 1
        (raw,) = chosen._serializer.unserialize(payload)
        self.compare(line, kind, raw, message.marshal())

    def compare(self, line, kind, raw, written):
        at = next((index for index, part in enumerate(raw) if isinstance(part, dict)), None)
        if at is not None and at < len(written) and isinstance(written[at], dict):
            self.unknown[kind].update(set(raw[at]) - set(written[at]))
            both = set(raw[at]) & set(written[at]) - {"roles"}
            raw = raw[:at] + [{key: raw[at][key] for key in both}] + raw[at + 1 :]
            written = written[:at] + [{key: written[at][key] for key in both}] + written[at + 1 :]
        if strip(raw) != strip(written):
            self.different.append([line, repr(written)])


report = Report()
with open(sys.argv[1], encoding="ascii") as lines:
    for index, text in enumerate(lines):
        name, payload = text.split()
        report.check(index, name, bytes.fromhex(payload))

print(
    json.dumps(
        {
            "read": report.read,
            "refused": report.refused,
            "unknown": {kind: sorted(names) for kind, names in report.unknown.items() if names},
            "different": report.different,
        }
    )
)
