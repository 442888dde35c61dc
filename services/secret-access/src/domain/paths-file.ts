import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import {
  bySpecificity,
  partsOf,
  type PathRule,
  type ProducerRule,
  type SecretPaths,
  type Segment,
  type Target,
} from './path-rules.js';

/** A file of paths, read: its rules, or up to ten sentences on what is wrong, each with line and column. */
export type PathsFile = { valid: true; rules: SecretPaths } | { valid: false; faults: string[] };

const MAX_FAULTS = 10;

/** Reads the file that says where secrets belong. Strict: a rule that is misspelt would send its secrets to nobody. */
export function readPathsFile(text: string): PathsFile {
  const reading = new Reading();
  const rules = reading.rules(text);
  const faults = reading.faults.slice(0, MAX_FAULTS);
  return faults.length ? { valid: false, faults } : { valid: true, rules };
}

type Value = Node | null | undefined;
type Fields = Record<string, Value>;

/** One pass over one file, gathering what is wrong. */
class Reading {
  readonly faults: string[] = [];
  private readonly lines = new LineCounter();

  rules(text: string): SecretPaths {
    const { contents, errors } = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    for (const { message, pos } of errors) this.fault(pos[0], message);
    const file = errors.length ? undefined : this.fields(contents, ['paths', 'producers'], 'The file');
    if (!file) return { paths: [], producers: [] };
    if (!('paths' in file) && !('producers' in file))
      this.fault(contents, 'The file has neither `paths` nor `producers`; write `paths: []` for none.');
    const paths = this.list(file.paths, '`paths`').flatMap((item) => this.path(item) ?? []);
    const producers = this.list(file.producers, '`producers`').flatMap((item) => this.producer(item) ?? []);
    return { paths: paths.toSorted(bySpecificity), producers };
  }

  private path(item: Value): PathRule | undefined {
    const found = this.fields(item, ['mount', 'path', 'project', 'namespace'], 'A path');
    if (!found) return undefined;
    if (!found.mount && !found.path) this.fault(item, 'A path needs `mount`, `path` or both.');
    const mount = found.mount ? partsOf(this.text(found.mount, '`mount`')) : null;
    const path = found.path ? partsOf(this.text(found.path, '`path`')) : [];
    const segments = path.map((part, i) => this.segment(part, i === path.length - 1, found.path));
    const names = segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]));
    if (new Set(names).size < names.length) this.fault(found.path, '`path` captures a name twice.');
    const target = this.target(item, found, names);
    return target && { mount, path: segments, target };
  }

  private producer(item: Value): ProducerRule | undefined {
    const found = this.fields(item, ['name', 'project', 'namespace'], 'A producer');
    if (!found) return undefined;
    const target = this.target(item, found, []);
    if (found.name && target) return { name: this.text(found.name, '`name`'), target };
    if (!found.name) this.fault(item, 'A producer needs its `name`.');
    return undefined;
  }

  private segment(part: string, isLast: boolean, where: Value): Segment {
    const [, name, star] = /^\{(\w+)(\*?)\}$/.exec(part) ?? [];
    if (name === undefined) {
      if (/[{}*]/.test(part))
        this.fault(where, `\`path\`: ${part} is no part of a path; write {name}, or {name*} at the end.`);
      return { kind: 'literal', text: part };
    }
    if (star && !isLast) this.fault(where, `\`path\`: {${name}*} must be at the end.`);
    return { kind: star ? 'rest' : 'one', name };
  }

  private target(item: Value, found: Fields, names: string[]): Target | undefined {
    const kind = found.project ? 'project' : 'namespace';
    const value = found[kind];
    if (!value || (found.project && found.namespace)) {
      this.fault(item, 'It needs either `project` or `namespace`, by id or by path.');
      return undefined;
    }
    const given: unknown = isScalar(value) ? value.value : undefined;
    if (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) return { kind, ref: given };
    const path = this.text(value, `\`${kind}\``);
    for (const [, name] of path.matchAll(/\{(\w+)\}/g))
      if (!names.includes(name!))
        this.fault(value, `\`${kind}\` uses {${name}}, which \`path\` does not capture.`);
    if (/[{}]/.test(path.replaceAll(/\{\w+\}/g, '')))
      this.fault(value, `\`${kind}\`: braces enclose a name.`);
    return { kind, ref: partsOf(path).join('/') };
  }

  private text(value: Value, what: string): string {
    const given: unknown = isScalar(value) ? value.value : undefined;
    if (typeof given === 'string' && partsOf(given).length) return given;
    this.fault(value, `${what} must be a text that is not empty.`);
    return '';
  }

  private list(value: Value, what: string): Value[] {
    if (value === undefined) return [];
    if (isSeq<Node | null>(value)) return value.items;
    this.fault(value, `${what} must be a list.`);
    return [];
  }

  /** The values by name; undefined, and a fault, where it is no mapping. Another name than these is a fault. */
  private fields(value: Value, names: string[], what: string): Fields | undefined {
    if (!isMap(value)) {
      this.fault(value, `${what} must be a mapping with ${names.join(', ')}.`);
      return undefined;
    }
    const found: Fields = {};
    for (const { key, value: field } of (value as YAMLMap<Node, Node | null>).items) {
      const name = isScalar(key) ? String(key.value) : '(not a name)';
      if (names.includes(name)) found[name] = field;
      else this.fault(key, `${what} has no field ${name}; there are ${names.join(', ')}.`);
    }
    return found;
  }

  private fault(where: Value | number, message: string): void {
    const offset = typeof where === 'number' ? where : where?.range?.[0];
    const { line, col } = this.lines.linePos(offset ?? 0);
    this.faults.push(offset === undefined ? message : `line ${line}, column ${col}: ${message}`);
  }
}
