import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';
import type { EvidenceSigner } from './signing-key.js';

/** A file of a pack; its content is asked for when its turn comes, and never held as a whole. */
export interface PackFile {
  name: string;
  content: () => AsyncIterable<string> | Iterable<string>;
}

/** What the manifest says of a file. */
interface ListedFile {
  name: string;
  bytes: number;
  sha256: string;
}

/**
 * A ZIP of the files in their order, then `public-key.pem`, `manifest.json` with the size and SHA-256 of every file before
 * it, and `manifest.json.sig`, the Ed25519 signature of the manifest's bytes. An error of a content ends the stream with it.
 *
 * @param head what the manifest says besides
 */
export function signedPack(files: PackFile[], head: object, madeAt: Date, signer: EvidenceSigner): Readable {
  const zip = new ZipFile();
  const listed: ListedFile[] = [];
  let manifest = '';
  const manifestText = (): string => {
    manifest = `${JSON.stringify({ ...head, public_key_sha256: signer.fingerprint, files: listed }, null, 2)}\n`;
    return manifest;
  };
  const output = zip.outputStream as Readable;
  const fail = (error: unknown): void => void output.destroy(error as Error);
  let open: Readable | undefined;
  // Whoever stops reading stops what is being read for them.
  output.once('close', () => open?.destroy());
  const add = (name: string, content: () => Readable): void =>
    zip.addReadStreamLazy(name, { mtime: madeAt }, (opened) => {
      open = content().once('error', fail);
      opened(null, open);
    });
  zip.on('error', fail);

  for (const { name, content } of [...files, { name: 'public-key.pem', content: () => [signer.publicKey] }])
    add(name, () => measured(name, content(), listed));
  // Entries are read one after the other, so the hashes are there when the manifest's turn comes.
  add('manifest.json', () => Readable.from([manifestText()]));
  add('manifest.json.sig', () => Readable.from([signer.sign(Buffer.from(manifest))]));
  zip.end();
  return output;
}

/** The content as bytes; at its end its size and hash are listed. */
function measured(
  name: string,
  content: AsyncIterable<string> | Iterable<string>,
  listed: ListedFile[],
): Readable {
  const digest = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      listed.push({ name, bytes, sha256: digest.digest('hex') });
      done();
    },
  });
  const source = Readable.from(content, { objectMode: false });
  source.once('error', (error) => meter.destroy(error));
  meter.once('close', () => source.destroy());
  return source.pipe(meter);
}
