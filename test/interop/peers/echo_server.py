"""An echo server on a free port, which it prints. The message "close" makes it close with 4002."""

import asyncio

import websockets


async def echo(connection) -> None:
    async for message in connection:
        if message == "close":
            await connection.close(4002, "as you wish")
        elif message == "parts":
            await connection.send(["one ", "two ", "three"])
        else:
            await connection.send(message)


async def main() -> None:
    async with websockets.serve(echo, "127.0.0.1", 0, subprotocols=["echo"], max_size=2**24) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await asyncio.Future()


asyncio.run(main())
