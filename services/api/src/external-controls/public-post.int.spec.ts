import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AllowedAddresses } from './public-address.js';
import { postToPublic } from './public-post.js';

const seen: { url: string | undefined; host: string | undefined; body: string }[] = [];
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { url, headers } = request;
      seen.push({ url, host: headers.host, body });
      if (url === '/moved') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
      else if (url === '/endless') response.writeHead(200).write(Buffer.alloc(1024 * 1024));
      else if (url !== '/silent') response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const post = (url: string, besides: string[] = [], timeoutMs = 5_000) =>
  postToPublic(url, { body: '{"a":1}', headers: {}, timeoutMs, addresses: new AllowedAddresses(besides) });

describe('a post to the public', () => {
  it.each([
    ...['http://127.0.0.1:PORT/a', 'http://[::1]:PORT/a', 'http://0.0.0.0:PORT/a', 'http://[::]:PORT/a'],
    // Other ways to write 127.0.0.1, ...
    ...[
      'http://2130706433:PORT/a',
      'http://0x7f.1:PORT/a',
      'http://0177.0.0.1:PORT/a',
      'http://[::ffff:7f00:1]:PORT/a',
    ],
    // ... and a name that the resolver makes it of.
    ...['http://localhost:PORT/a', 'http://LOCALHOST:PORT/a'],
    ...[
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.1/',
      'https://192.168.1.1/',
      'ftp://1.1.1.1/',
      'no address',
    ],
  ])('does not go to %s', async (url) => {
    const before = seen.length;
    expect(await post(url.replace('PORT', String(port)))).toEqual({ kind: 'forbidden' });
    expect(seen).toHaveLength(before);
  });

  it('goes to a private network that is allowed, by the name that was given', async () => {
    const url = `http://localhost:${port}/a?b=c`;
    expect(await post(url, ['127.0.0.0/8'])).toEqual({ kind: 'answered', status: 204 });
    expect(seen.at(-1)).toEqual({ url: '/a?b=c', host: `localhost:${port}`, body: '{"a":1}' });
  });

  it('does not follow a redirection', async () => {
    expect(await post(`http://127.0.0.1:${port}/moved`, ['127.0.0.0/8'])).toEqual({
      kind: 'answered',
      status: 302,
    });
    expect(seen.filter(({ url }) => url === '/secret')).toEqual([]);
  });

  it('does not wait for the end of an answer', async () => {
    const url = `http://127.0.0.1:${port}/endless`;
    expect(await post(url, ['127.0.0.0/8'], 2_000)).toEqual({ kind: 'answered', status: 200 });
  });

  it('gives up on whoever is silent', async () => {
    const url = `http://127.0.0.1:${port}/silent`;
    expect(await post(url, ['127.0.0.0/8'], 200)).toEqual({ kind: 'unreachable', code: 'ETIMEDOUT' });
  });

  it('says that nobody is there', async () => {
    expect(await post('http://127.0.0.1:1/', ['127.0.0.0/8'])).toEqual({
      kind: 'unreachable',
      code: 'ECONNREFUSED',
    });
    const nowhere = await post('http://nobody.invalid/');
    expect(nowhere.kind).toBe('unreachable');
  });
});
