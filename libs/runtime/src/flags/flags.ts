import type { OnApplicationShutdown } from '@nestjs/common';
import { ConfigError } from '../config.js';
import type { Logger } from '../log.js';
import { readFlagFile, type FlagFault, type FlagFile } from './flag-file.js';
import { countEvaluation, showFile, showRule } from './flag-metrics.js';
import {
  decide,
  flagDefaults,
  flagNames,
  sameRule,
  type FlagDecision,
  type FlagName,
  type FlagRules,
} from './flag-rule.js';
import { readContent, watchContent, type FileContent } from '../watched-file.js';

const POLL_MS = 500;

export interface FlagsOptions {
  /** Path of the flags file; without one every flag has its default. */
  file?: string;
  log: Logger;
  /** How often the file is read, ms; a change counts when it was read twice. */
  pollMs?: number;
}

/** The rules in force, as JSON. */
export interface FlagsState {
  file: string | null;
  /** When the file was last read and good, RFC 3339; null is never. */
  loaded_at: string | null;
  /** Why the file as it is now is not in force; empty where it is. */
  faults: FlagFault[];
  flags: {
    name: FlagName;
    state: 'on' | 'off';
    percentage: number;
    allow: string[];
    source: 'file' | 'default';
  }[];
}

/** What a listener is told: the flags whose rule changed, and whether the file is usable. */
export interface FlagsChange {
  changed: FlagName[];
  faults: FlagFault[];
}

/** The rollout flags of the process, from a file that is watched. */
export class Flags implements OnApplicationShutdown {
  private rules: FlagRules = flagDefaults;
  private loadedAt: number | null = null;
  private faults: FlagFault[] = [];
  private stopWatching: () => void = () => undefined;
  private readonly listeners = new Set<(change: FlagsChange) => void>();

  private constructor(
    private readonly file: string | null,
    private readonly log: Logger,
  ) {}

  /**
   * Reads the file and watches it. A file that is not there is warned of and taken when it appears.
   *
   * @throws ConfigError if the file is there and not usable: nobody knows then what was to be held back
   */
  static async open({ file, log, pollMs = POLL_MS }: FlagsOptions): Promise<Flags> {
    const flags = new Flags(file ?? null, log);
    for (const name of flagNames) showRule(name, flags.rules[name]);
    if (file === undefined) return flags;
    const first = await readContent(file);
    const read = asFlagFile(first);
    if (!read.valid && first.kind !== 'missing')
      throw ConfigError.about(read.faults.map((fault) => `FLAGS_FILE: ${textOf(fault)}`));
    flags.take(read, first.kind);
    flags.stopWatching = watchContent(file, first, pollMs, (content) =>
      flags.take(asFlagFile(content), content.kind),
    );
    return flags;
  }

  /**
   * Whether a flag is on for a root namespace, by the rules in memory; null is what belongs to none. Each call counts as
   * an evaluation. Synchronous and below 1 µs, where OpenFeature's client is asynchronous and takes several; both give
   * the same answer as long as our provider is the one registered.
   *
   * The answer may change from one call to the next: who needs one for a whole piece of work keeps it.
   */
  evaluate(flag: FlagName, rootNamespaceId: string | null): FlagDecision {
    const decision = decide(flag, this.rules[flag], rootNamespaceId);
    countEvaluation(flag, decision.variant);
    return decision;
  }

  state(): FlagsState {
    return {
      file: this.file,
      loaded_at: this.loadedAt === null ? null : new Date(this.loadedAt).toISOString(),
      faults: this.faults,
      flags: flagNames.map((name) => {
        const rule = this.rules[name];
        const source = rule === flagDefaults[name] ? 'default' : 'file';
        return { name, ...rule, allow: [...rule.allow], source };
      }),
    };
  }

  /** Calls back after each change of the file that lasted. */
  onChange(listener: (change: FlagsChange) => void): void {
    this.listeners.add(listener);
  }

  /** Ends the watching; the rules stay. */
  close(): void {
    this.stopWatching();
  }

  onApplicationShutdown(): void {
    this.close();
  }

  private take(read: FlagFile, kind: FileContent['kind']): void {
    const before = this.rules;
    if (read.valid) {
      this.rules = read.rules;
      this.loadedAt = Date.now();
      this.faults = [];
      this.log.info({ flags: this.state() }, 'flags loaded');
    } else {
      this.faults = read.faults;
      this.complain(kind);
    }
    for (const name of flagNames) showRule(name, this.rules[name]);
    showFile(this.file!, this.faults.length > 0, this.loadedAt);
    const changed = flagNames.filter((name) => !sameRule(before[name], this.rules[name]));
    for (const listener of this.listeners) listener({ changed, faults: this.faults });
  }

  private complain(kind: FileContent['kind']): void {
    const what = this.faults.map(textOf).join('; ');
    if (kind === 'missing' && this.loadedAt === null) {
      this.log.warn(
        { file: this.file },
        'FLAGS_FILE names a file that is not there: EVERY FLAG HAS ITS DEFAULT until it appears; create it, or unset the variable',
      );
    } else {
      this.log.error(
        { file: this.file, faults: this.faults, flags: this.state().flags },
        `the flags file is not usable; mend it, until then the rules in force stay: ${what}`,
      );
    }
  }
}

function asFlagFile({ kind, text }: FileContent): FlagFile {
  if (kind === 'text') return readFlagFile(text);
  const message = kind === 'missing' ? 'the file is not there' : text;
  return { valid: false, faults: [{ line: null, message }] };
}

const textOf = ({ line, message }: FlagFault): string =>
  line === null ? message : `line ${line}: ${message}`;
