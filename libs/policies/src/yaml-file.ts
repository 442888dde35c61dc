import { Composer, type Document, Lexer, Parser, Schema, type YAMLError } from 'yaml';
import { sentence } from './text.js';
import { readNode } from './yaml-nodes.js';
import { MAX_DEPTH, newReading, type Remark, tooDeep } from './yaml-reading.js';
import type { YamlValue } from './yaml-value.js';

/** The first document of a YAML text. */
export interface YamlFile {
  /** Null where the text has no document, only comments, or does not parse. */
  root: YamlValue | null;
  /** Why the text does not parse; empty when it does. */
  errors: Remark[];
  /** What is odd about it. */
  warnings: Remark[];
}

/** Every scalar is text, so that its type is ours to tell, whatever version a %YAML directive names. */
const untyped = new Schema({ schema: 'failsafe', resolveKnownTags: false });
untyped.knownTags = Object.create(null);

/** Document, and the scalar being read, lie on the parser's stack besides the nested collections. */
const MAX_STACK = MAX_DEPTH + 2;

/** Reads the first document of a YAML 1.1 text, as Ruby does; any further one is a warning. */
export function readYaml(text: string): YamlFile {
  try {
    const { document, depthExceeded, more } = composeFirst(text);
    if (depthExceeded !== null) return { root: null, errors: [tooDeep(depthExceeded)], warnings: [] };
    const errors = document.errors.map(remarkOf);
    if (errors.length > 0) return { root: null, errors, warnings: [] };
    return readDocument(document, more);
  } catch (error) {
    const message = sentence(`The parser gave up: ${error instanceof Error ? error.message : String(error)}`);
    return { root: null, errors: [{ message, offset: null }], warnings: [] };
  }
}

function readDocument(document: Document, more: number | null): YamlFile {
  const reading = newReading();
  const start = document.range?.[0] ?? 0;
  const empty = document.contents === null || document.contents.range?.[0] === document.contents.range?.[1];
  const root = empty ? null : readNode(reading, document.contents, { start, end: start });
  const odd = document.warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED').map(remarkOf);
  if (more !== null) odd.push({ message: 'Only the first document of the file counts.', offset: more });
  const failed = reading.errors.length > 0;
  return {
    root: failed ? null : root,
    errors: reading.errors,
    warnings: failed ? [] : [...odd, ...reading.warnings],
  };
}

/**
 * Parses up to the second document. Stops where the nesting gets too deep for the composer, which calls itself for
 * every level; the parser below it does not.
 */
function composeFirst(text: string) {
  const parser = new Parser();
  const composer = new Composer({ version: '1.1', schema: untyped, uniqueKeys: false, prettyErrors: false });
  let composed = false;
  let more: number | null = null;
  let depthExceeded: number | null = null;
  const take = (tokens: Iterable<Parameters<Composer['next']>[0]>) => {
    for (const token of tokens) {
      composed ||= token.type === 'document';
      Array.from(composer.next(token));
    }
  };
  for (const lexeme of new Lexer().lex(text)) {
    take(parser.next(lexeme));
    if (composed && parser.stack[0]?.type === 'document') more = parser.stack[0].offset;
    if (parser.stack.length > MAX_STACK) depthExceeded = parser.offset;
    if (more !== null || depthExceeded !== null) break;
  }
  if (more === null && depthExceeded === null) take(parser.end());
  const [document] = composer.end(true, text.length);
  return { document: document as Document, depthExceeded, more };
}

function remarkOf({ message, pos }: YAMLError): Remark {
  return { message: sentence(message), offset: pos[0] };
}
