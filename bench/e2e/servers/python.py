"""The package `websockets` for Python, on asyncio."""

import asyncio
import gc
import pathlib
import signal
import ssl
import sys

import websockets

mode = sys.argv[1]
texts = ["".join(chr(97 + (index + at) % 26) for at in range(64)) for index in range(16)]
connections = set()
turns = []
sent = 0


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def receiver(connection):
    """Sends the broadcasts that a connection asks for: "8 4" means eight in each of four turns of the event loop."""
    connections.add(connection)
    try:
        async for message in connection:
            per_turn, count = map(int, message.split())
            idle = not turns
            turns.extend([per_turn] * count)
            if idle:
                asyncio.get_running_loop().call_soon(turn)
    finally:
        connections.discard(connection)


def turn():
    global sent
    for _ in range(turns.pop(0)):
        websockets.broadcast(connections, texts[sent % len(texts)])
        sent += 1
    if turns:
        asyncio.get_running_loop().call_soon(turn)


def secure():
    if mode != "tls":
        return None
    folder = pathlib.Path(__file__).resolve().parents[3] / "test" / "support" / "certificates"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.cert.pem", folder / "server.key.pem")
    return context


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR2, gc.collect)
    server = await websockets.serve(
        receiver if mode == "broadcast" else echo,
        "127.0.0.1",
        0,
        ssl=secure(),
        compression="deflate" if mode == "deflate" else None,
        max_size=2**21,
        ping_interval=None,
        backlog=1024,
    )
    print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)
    # Ends when the runner is gone.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
