import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/**
 * Answers the health checks until the service listens itself: it lives, so that nobody restarts it while it waits for
 * others, and it is not ready. Everything else is to come again.
 *
 * @param port 0, which nobody could know, for no answers
 * @returns what ends it and frees the port
 * @throws Error such as EADDRINUSE
 */
export async function answerWhileStarting(port: number, host: string): Promise<() => Promise<void>> {
  if (port === 0) return async () => undefined;
  const server = createServer((request, response) => {
    if (request.url === '/health/live') answer(response, 200, { status: 'ok' });
    else answer(response, 503, { status: 'not ready', missing: ['start'] });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}
