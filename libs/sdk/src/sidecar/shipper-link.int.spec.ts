import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@auditmesh/testing';
import { Acknowledgements } from '../acknowledgements.js';
import { silent } from '../auditor-options.js';
import { connected, FolderLock } from '../spool/lock.js';
import type { SegmentFile } from '../spool/segment-file.js';
import type { WritingEnd } from '../spool/writing-end.js';
import { receive, send, type FromApplication } from './messages.js';
import { ShipperLink } from './shipper-link.js';

let folder: string;
let lock: FolderLock;
let link: ShipperLink;
let syncs: number;

const file = {
  header: { sequence: 1 },
  size: 0,
  sync: async () => void syncs++,
} as unknown as SegmentFile;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'link-'));
  syncs = 0;
  link = new ShipperLink(new Acknowledgements(1_000), silent, () => undefined);
  lock = await FolderLock.take(folder, 'lock', link.onConnection);
  const spool = { segments: { active: file }, next: 1, acknowledged() {} };
  link.start(spool as unknown as WritingEnd);
});

afterEach(async () => {
  link.stop();
  await lock.release();
  rmSync(folder, { recursive: true });
});

/** A shipper that answers as it is told to. */
async function shipper(answer: (socket: Socket, message: FromApplication) => void): Promise<Socket> {
  const socket = (await connected(join(folder, 'lock')))!;
  const greeted = once(socket, 'data');
  receive<FromApplication>(socket, (message) => answer(socket, message));
  send(socket, { tells: 'protocol', version: 1 });
  await greeted;
  return socket;
}

async function asked(bytes: number): Promise<void> {
  Object.assign(file, { size: bytes });
  await link.toDisk(file, bytes);
}

describe('what was written comes to the disk', () => {
  test('by the application while there is no shipper', async () => {
    await asked(10);
    expect(syncs).toBe(1);
  });

  test('by the shipper if it answers', async () => {
    await shipper((socket, { written }) => send(socket, { tells: 'synced', written }));
    await eventually(async () => {
      const before = syncs;
      await asked(file.size + 10);
      expect(syncs).toBe(before);
    });
  });

  test('by the application if the shipper hangs, whom it does not wait for again until it answers', async () => {
    let hangs = true;
    const late: FromApplication[] = [];
    const socket = await shipper((to, message) => {
      if (hangs) late.push(message);
      else send(to, { tells: 'synced', written: message.written });
    });
    await asked(10);
    await asked(20);
    await asked(30);
    expect(syncs).toBe(3);
    hangs = false;
    for (const { written } of late) send(socket, { tells: 'synced', written });
    await eventually(async () => {
      const before = syncs;
      await asked(file.size + 10);
      expect(syncs).toBe(before);
    });
  });

  test('by the application when the shipper is killed instead of answering', async () => {
    await shipper((socket, { written: { bytes } }) => {
      if (bytes > 0) socket.destroy();
    });
    await asked(10);
    await asked(20);
    expect(syncs).toBe(2);
  });
});
