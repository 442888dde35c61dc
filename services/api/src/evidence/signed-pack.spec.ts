import { createPublicKey, generateKeyPairSync, hash, verify } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { fromBufferPromise } from 'yauzl';
import { signedPack, type PackFile } from './signed-pack.js';
import { EvidenceSigner, readSigningKey } from './signing-key.js';

const { privateKey } = generateKeyPairSync('ed25519');
const signer = new EvidenceSigner(privateKey);
const madeAt = new Date('2026-11-20T10:00:00Z');
const lines = (count: number): string[] => Array.from({ length: count }, (_, n) => `line ${n}\n`);
const files: PackFile[] = [
  { name: 'README.txt', content: () => ['Read me\n'] },
  { name: 'empty.csv', content: () => [] },
  { name: 'violations.jsonl', content: () => lines(20_000) },
];

async function entriesOf(pack: Readable): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(await buffer(pack));
  const entries = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry())
    entries.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  return entries;
}

const isSigned = (entries: Map<string, Buffer>): boolean =>
  verify(
    null,
    entries.get('manifest.json')!,
    createPublicKey(entries.get('public-key.pem')!),
    entries.get('manifest.json.sig')!,
  );

describe('a signed pack', () => {
  it('holds its files, a manifest of their hashes, and a signature of that', async () => {
    const entries = await entriesOf(signedPack(files, { framework: 3 }, madeAt, signer));
    expect([...entries.keys()]).toEqual([
      'README.txt',
      'empty.csv',
      'violations.jsonl',
      'public-key.pem',
      'manifest.json',
      'manifest.json.sig',
    ]);
    expect(String(entries.get('violations.jsonl'))).toBe(lines(20_000).join(''));
    const manifest = JSON.parse(String(entries.get('manifest.json')));
    expect(manifest).toMatchObject({ framework: 3, public_key_sha256: signer.fingerprint });
    expect(manifest.files).toEqual(
      [...entries].slice(0, 4).map(([name, content]) => ({
        name,
        bytes: content.length,
        sha256: hash('sha256', content, 'hex'),
      })),
    );
    expect(isSigned(entries)).toBe(true);
  });

  it('is the same again when it is made of the same', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => buffer(signedPack(files, {}, madeAt, signer))));
    expect(one!.equals(other!)).toBe(true);
  });

  it('is not signed any more when one byte of the manifest or the signature is another', async () => {
    for (const name of ['manifest.json', 'manifest.json.sig']) {
      const entries = await entriesOf(signedPack(files, {}, madeAt, signer));
      for (const at of [0, entries.get(name)!.length - 1]) {
        const changed = Buffer.from(entries.get(name)!);
        changed[at]! ^= 1;
        expect(isSigned(new Map([...entries, [name, changed]]))).toBe(false);
      }
    }
  });

  it('breaks off where a file cannot be read to its end', async () => {
    const broken = function* (): Generator<string> {
      yield 'half\n';
      throw new Error('the database is gone');
    };
    const pack = signedPack([...files, { name: 'x', content: broken }], {}, madeAt, signer);
    await expect(buffer(pack)).rejects.toThrow('the database is gone');
  });

  it('stops reading when nobody wants the rest', async () => {
    const ended = Promise.withResolvers<void>();
    const endless = function* (): Generator<string> {
      try {
        for (;;) yield `${'x'.repeat(1_000)}${Math.sin(performance.now())}\n`;
      } finally {
        ended.resolve();
      }
    };
    const pack = signedPack([{ name: 'x', content: endless }], {}, madeAt, signer);
    for await (const _ of pack) break;
    await ended.promise;
  });
});

describe('the signing key', () => {
  const der = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  it.each([
    ['PEM', privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, true],
    ['base64', der, true],
    ['half of it', der.slice(0, 20), false],
    ['another kind', rsa.export({ format: 'pem', type: 'pkcs8' }) as string, false],
  ])('is read from %s', (_what, text, isKey) => {
    expect(readSigningKey(text) !== undefined).toBe(isKey);
  });
});
