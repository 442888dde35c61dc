import { readRuleFile, type RuleProblem } from './rule-file.js';
import type { AlertRule } from './rule.js';

/**
 * The rules of a folder, by file. A file that is broken keeps the rule that it had; one that never had one has none, and
 * its name is told, since what an alert of that rule waits for is not known.
 */
export class AlertRules {
  private constructor(
    private readonly byFile: ReadonlyMap<string, AlertRule | null>,
    /** What is wrong with files, whether or not their rule was kept. */
    readonly problems: readonly RuleProblem[],
  ) {}

  static readonly none = new AlertRules(new Map(), []);

  /** @param files their texts by name; others than .yml and .yaml do not matter */
  static read(files: ReadonlyMap<string, string>, before: AlertRules = AlertRules.none): AlertRules {
    const rules = new Map<string, AlertRule | null>();
    const problems: RuleProblem[] = [];
    for (const [file, text] of files) {
      if (!/\.ya?ml$/.test(file)) continue;
      const read = readRuleFile(file, text);
      problems.push(...read.problems);
      rules.set(file, read.rule ?? before.byFile.get(file) ?? null);
    }
    return new AlertRules(rules, problems);
  }

  /** By name; of two files with one name (.yml, .yaml) the last counts. */
  get rules(): readonly AlertRule[] {
    const sorted = [...this.byFile.values()].filter((rule) => rule !== null);
    return [...new Map(sorted.map((rule) => [rule.name, rule])).values()].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  }

  /** Number of files that hold a rule or should. */
  get files(): number {
    return this.byFile.size;
  }

  /** Files that are broken. */
  get broken(): string[] {
    return [...new Set(this.problems.map(({ file }) => file))];
  }

  /** Whether the rule may be there still, in a file that cannot be read. */
  mayHave(name: string): boolean {
    return this.byFile.get(`${name}.yml`) === null || this.byFile.get(`${name}.yaml`) === null;
  }
}
