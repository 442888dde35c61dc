import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A policy file of our own with what is expected of it. */
export interface CorpusFile {
  name: string;
  /** As it is pushed, with its expectations, which are comments. */
  content: string;
  /** `line:column message`, in the order of the report; - where there is no place. */
  expected: string[];
}

/** The files that are valid without warnings, valid with warnings, or invalid. */
export function corpus(kind: 'valid' | 'odd' | 'invalid'): CorpusFile[] {
  const folder = join(import.meta.dirname, kind);
  return readdirSync(folder).map((name) => {
    const content = readFileSync(join(folder, name), 'utf8');
    return { name, content, expected: [...content.matchAll(/^#! (.*)$/gm)].map(([, text]) => text!) };
  });
}
