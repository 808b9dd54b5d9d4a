"""Talks to an echo server, given by its URL, and prints what came back as JSON."""

import asyncio
import json
import sys

import websockets


async def main(url: str) -> None:
    report = {}
    async with websockets.connect(url, subprotocols=["echo"], max_size=2**24) as connection:
        report["subprotocol"] = connection.subprotocol
        report["compressed"] = len(connection.extensions) > 0
        await connection.send("grüße 👋")
        report["text"] = await connection.recv()
        await connection.send(bytes(range(256)))
        report["binary"] = list(await connection.recv())
        await connection.send(["in ", "three ", "parts"])
        report["parts"] = await connection.recv()
        large = "0123456789" * 100_000
        await connection.send(large)
        report["large"] = await connection.recv() == large
        for _ in range(50):
            await connection.send(large[:2_000])
        report["many"] = [await connection.recv() == large[:2_000] for _ in range(50)].count(True)
        await (await connection.ping())
        await connection.close(4001, "enough")
        report["close"] = [connection.close_code, connection.close_reason]
    print(json.dumps(report))


asyncio.run(main(sys.argv[1]))
