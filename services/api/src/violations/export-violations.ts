import { Readable } from 'node:stream';
import type { ViolationJson } from './violation.json.js';
import { violationCsvHead, violationCsvLine } from './violation-csv.js';

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const contentTypes: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
};

/** All violations of the pages as a file; one page is in memory at a time. */
export const exportOf = (format: ExportFormat, pages: AsyncIterable<ViolationJson[]>): Readable =>
  Readable.from(format === 'csv' ? csvOf(pages) : jsonlOf(pages), { objectMode: false });

async function* csvOf(pages: AsyncIterable<ViolationJson[]>): AsyncGenerator<string> {
  yield violationCsvHead;
  for await (const page of pages) yield page.map(violationCsvLine).join('');
}

async function* jsonlOf(pages: AsyncIterable<ViolationJson[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((violation) => `${JSON.stringify(violation)}\n`).join('');
}
