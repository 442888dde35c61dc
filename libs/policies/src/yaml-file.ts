import { Composer, type Document, type ErrorCode, Lexer, Parser, Schema, type YAMLError } from 'yaml';
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

/** What the parser does not accept, for people who do not know its words. */
const plainly: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'The name after the * or & is missing or has characters that it must not have.',
  BAD_DQ_ESCAPE: 'There is no such character as this backslash and what follows it stand for.',
  BAD_INDENT: 'This line is indented differently from those that it belongs with.',
  BAD_PROP_ORDER: 'An anchor or tag must stand before what it belongs to.',
  BAD_SCALAR_START: 'A text cannot start with this character unless it is in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'A key with its value cannot stand here on the line of another one; a text with ": " in it needs quotes.',
  BLOCK_IN_FLOW: 'Between brackets or braces there can be no list of lines with dashes or keys.',
  KEY_OVER_1024_CHARS: 'This key is too long: more than 1024 characters.',
  MISSING_CHAR:
    'Something is missing here, such as the end of a quote or bracket, a colon, a comma or a space.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line, with a colon and a space after it.',
  MULTIPLE_ANCHORS: 'There can be only one anchor here.',
  MULTIPLE_TAGS: 'There can be only one tag here.',
  TAB_AS_INDENT: 'A tab cannot indent a line; use spaces.',
  UNEXPECTED_TOKEN: 'What stands here fits neither a list nor a mapping nor a text.',
};

function remarkOf({ code, message, pos }: YAMLError): Remark {
  return { message: plainly[code] ?? sentence(message), offset: pos[0] };
}
