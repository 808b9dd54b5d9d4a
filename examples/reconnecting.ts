// A client that connects again whenever its connection is gone.
import { reconnecting } from "fullduplex";
import { serve } from "fullduplex/server";

let visits = 0;
const server = await serve(async (connection) => {
  await connection.send(`visit ${++visits}`);
});

const options = {
  initialDelay: 1,
  onRetry: ({ attempt }: { attempt: number }) => console.log(`attempt ${attempt} follows`),
};
for await (const connection of reconnecting(server.url, options)) {
  console.log(await connection.recv());
  if (visits === 3) break;
}

await server.close();
