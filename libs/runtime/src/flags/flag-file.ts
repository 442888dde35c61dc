import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { flagDefaults, flagNames, isFlagName, type FlagRule, type FlagRules } from './flag-rule.js';

/** What is wrong with a flags file; lines are from 1, null where no one line is meant. */
export interface FlagFault {
  line: number | null;
  message: string;
}

/** A flags file, read: the rules of all flags, or what is wrong with it. */
export type FlagFile = { valid: true; rules: FlagRules } | { valid: false; faults: FlagFault[] };

const FIELDS = ['state', 'percentage', 'allow'];
const MAX_FAULTS = 10;

/**
 * Reads a flags file, YAML or JSON; flags that it leaves out have their default.
 *
 * Strict, since a kill switch that is misspelt must not pass as read: an unknown flag or field, a flag without its state,
 * a file that is empty or lacks `flags` (as one just being written does) make it invalid, with one to ten faults.
 * `state` may be a boolean: templates of Helm turn `on` into `true`.
 */
export function readFlagFile(text: string): FlagFile {
  const reading = new Reading();
  const rules = reading.rules(text);
  const faults = reading.faults.slice(0, MAX_FAULTS);
  return faults.length ? { valid: false, faults } : { valid: true, rules };
}

type Value = Node | null;

/** One pass over one file, gathering what is wrong. */
class Reading {
  readonly faults: FlagFault[] = [];
  private readonly lines = new LineCounter();

  rules(text: string): FlagRules {
    const { contents, errors } = parseDocument(text, {
      lineCounter: this.lines,
      intAsBigInt: true,
      prettyErrors: false,
    });
    for (const { message, pos } of errors) this.fault(pos[0], message);
    const rules: Record<string, FlagRule> = { ...flagDefaults };
    if (errors.length) return rules as FlagRules;
    if (!isMap(contents) || contents.items.length === 0) {
      this.fault(contents, 'the file must be a mapping with the key `flags`');
      return rules as FlagRules;
    }
    const { flags } = this.fields(contents as YAMLMap<Node, Value>, ['flags'], 'the file');
    if (!isMap(flags)) {
      this.fault(flags ?? contents, '`flags` must be a mapping of names to rules; write {} for none');
      return rules as FlagRules;
    }
    for (const { key, value } of (flags as YAMLMap<Node, Value>).items) {
      const name = nameOf(key);
      if (isFlagName(name)) rules[name] = this.rule(name, value, key);
      else this.fault(key, `there is no flag ${name}; there are: ${flagNames.join(', ')}`);
    }
    return rules as FlagRules;
  }

  private rule(flag: string, value: Value, key: Node): FlagRule {
    if (!isMap(value)) {
      this.fault(value?.range ? value : key, `${flag} must be a mapping with the key \`state\``);
      return { state: 'off', percentage: 0, allow: new Set() };
    }
    const found = this.fields(value as YAMLMap<Node, Value>, FIELDS, flag);
    if (!('state' in found)) this.fault(key, `${flag}: \`state\` is missing; it must be on or off`);
    const percentage = 'allow' in found ? 0 : 100;
    return {
      state: 'state' in found ? this.state(flag, found.state, key) : 'off',
      percentage: 'percentage' in found ? this.percentage(flag, found.percentage, key) : percentage,
      allow: 'allow' in found ? this.allow(flag, found.allow, key) : new Set(),
    };
  }

  private state(flag: string, value: Value | undefined, key: Node): 'on' | 'off' {
    const text = isScalar(value) ? String(value.value) : '';
    if (/^(on|true)$/i.test(text)) return 'on';
    if (!/^(off|false)$/i.test(text)) this.fault(value ?? key, `${flag}: \`state\` must be on or off`);
    return 'off';
  }

  private percentage(flag: string, value: Value | undefined, key: Node): number {
    const given = isScalar(value) ? value.value : undefined;
    const share = typeof given === 'bigint' ? Number(given) : given;
    if (typeof share === 'number' && share >= 0 && share <= 100) return share;
    this.fault(value ?? key, `${flag}: \`percentage\` must be a number from 0 to 100, without %`);
    return 0;
  }

  private allow(flag: string, value: Value | undefined, key: Node): Set<string> {
    const message = `${flag}: \`allow\` must be a list of ids of root namespaces, which are integers from 1`;
    const allow = new Set<string>();
    if (!isSeq<Value>(value)) this.fault(value ?? key, message);
    else {
      for (const item of value.items) {
        const id = isScalar(item) ? idOf(item.value) : undefined;
        if (id === undefined) this.fault(item ?? value, message);
        else allow.add(id);
      }
    }
    return allow;
  }

  /** The values by name; another name than these is a fault. */
  private fields(map: YAMLMap<Node, Value>, names: string[], where: string): Record<string, Value> {
    const found: Record<string, Value> = {};
    for (const { key, value } of map.items) {
      const name = nameOf(key);
      if (names.includes(name)) found[name] = value;
      else this.fault(key, `${where} has no field ${name}; there are: ${names.join(', ')}`);
    }
    return found;
  }

  private fault(where: Node | number | null | undefined, message: string): void {
    const offset = typeof where === 'number' ? where : where?.range?.[0];
    this.faults.push({ line: offset === undefined ? null : this.lines.linePos(offset).line, message });
  }
}

const nameOf = (key: Node): string => (isScalar(key) ? String(key.value) : '(not a name)');

/** An id as events carry it: digits without leading zeros. */
function idOf(value: unknown): string | undefined {
  if (typeof value !== 'bigint' && typeof value !== 'string') return undefined;
  const id = String(value);
  return /^[1-9]\d{0,18}$/.test(id) ? id : undefined;
}
