import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@auditmesh/testing';
import { WatchedFolder, type FolderContent } from './watched-folder.js';

let folder: string;
let watched: WatchedFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-rules-'));
  watched = new WatchedFolder(folder, 20);
});
afterEach(() => {
  watched.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a watched folder', () => {
  it('gives its YAML files, and again when one is added, changed or taken away', async () => {
    const seen: FolderContent[] = [];
    writeFileSync(join(folder, 'a.yml'), '1');
    writeFileSync(join(folder, 'readme.md'), 'not this one');
    await watched.watch((content) => seen.push(content));
    expect(seen).toEqual([{ files: new Map([['a.yml', '1']]), fault: null }]);
    writeFileSync(join(folder, 'b.yaml'), '2');
    await eventually(() => expect(seen.at(-1)?.files?.get('b.yaml')).toBe('2'));
    writeFileSync(join(folder, 'a.yml'), '3');
    await eventually(() => expect(seen.at(-1)?.files?.get('a.yml')).toBe('3'));
    rmSync(join(folder, 'a.yml'));
    await eventually(() => expect([...(seen.at(-1)?.files?.keys() ?? [])]).toEqual(['b.yaml']));
  });

  it('says why when it cannot be read', async () => {
    rmSync(folder, { recursive: true });
    expect(await watched.read()).toEqual({ files: null, fault: 'the folder cannot be read: ENOENT' });
  });
});
