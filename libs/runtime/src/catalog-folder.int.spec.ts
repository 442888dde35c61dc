import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalog, readTypeFolder } from './catalog-folder.js';
import { ConfigError } from './config.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-types-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (name: string, more = '') =>
  writeFileSync(
    join(folder, `${name}.yml`),
    `name: ${name}\ndescription: theirs\nsaved_to_database: false\nstreamed: true\nscope: [Project]\n${more}`,
  );
const load = (override = 'false') => loadCatalog({ CATALOG_FOLDER: folder, CATALOG_OVERRIDE: override });

describe('a folder of type files', () => {
  it('adds its types to ours, which win unless it is told to override', () => {
    write('wiki_page_created', 'introduced_by_mr: -\n');
    write('secret_read');
    writeFileSync(join(folder, 'type_schema.json'), '{}');
    mkdirSync(join(folder, 'nested.d'));
    expect(readTypeFolder(folder)).toMatchObject({ files: 2, problems: [] });
    expect(load().get('wiki_page_created')?.description).toBe('theirs');
    expect(load().get('secret_read')?.saved_to_database).toBe(true);
    expect(load('true').get('secret_read')?.saved_to_database).toBe(false);
  });

  it('with a file at fault stops the start, naming variable, file, line and what to do', () => {
    write('good');
    write('bad', 'streamed: perhaps\n');
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(
      /CATALOG_FOLDER[\s\S]*bad\.yml:6: streamed is "perhaps", no boolean\. Write `streamed: true`/,
    );
  });

  it('that is empty or not there stops the start too', () => {
    expect(load).toThrow(/has no \.yml file/);
    expect(() => loadCatalog({ CATALOG_FOLDER: join(folder, 'no'), CATALOG_OVERRIDE: 'false' })).toThrow(
      /CATALOG_FOLDER: .* cannot be read/,
    );
  });
});
