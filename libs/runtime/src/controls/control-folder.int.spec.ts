import { Catalog } from '@auditmesh/events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuredControls } from './control-folder.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-controls-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (name: string, field: string) =>
  writeFileSync(
    join(folder, `${name}.yml`),
    `name: ${name}\ntitle: Outcome\ndescription: The outcome is right.\nevaluated: events\ntriggers: [member_added]\nexpression: ${field} == "success"\nseverity: low\n`,
  );
const read = () => configuredControls(folder, new Catalog());

describe('the folder of controls', () => {
  it('gives its controls in the order of their files', () => {
    write('two', 'event.outcome');
    write('one', 'event.outcome');
    writeFileSync(join(folder, 'notes.txt'), 'no control');
    expect(read().map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('stops the start if one of its files is at fault, with where and why', () => {
    write('good', 'event.outcome');
    write('bad', 'event.outcom');
    expect(read).toThrow(/CONTROLS_FOLDER: .*bad\.yml:6:.*"outcome" may be meant/s);
  });

  it('stops the start if it has none, or is not there', () => {
    expect(read).toThrow(/CONTROLS_FOLDER: .* has no \.yml file/);
    expect(() => configuredControls(join(folder, 'no'), new Catalog())).toThrow(/cannot be read: ENOENT/);
  });

  it('is asked for by nobody if it is not configured', () => {
    expect(configuredControls(undefined, new Catalog())).toEqual([]);
  });
});
