import type { LicenseOfMergeRequest, MergeRequestChanged } from '@auditmesh/events';
import { field, type Json } from '@auditmesh/policies';
import { objects, texts } from './policy-values.js';
import { unmatched, type RuleResult } from './rule-result.js';

/** A rule about the licences of dependencies. */
export interface LicenseFinding {
  type: 'license_finding';
  /** None for all. */
  states: string[];
  /** Whether the licences named are denied, or alone allowed. */
  denies: boolean;
  /** By name in lower case: the packages for which it is the other way round. */
  named: ReadonlyMap<string, readonly string[]>;
}

/** Reads `licenses`, or the older `license_types` with `match_on_inclusion_license`. */
export function readLicenseFinding(rule: Json): LicenseFinding {
  const states = texts(field(rule, 'license_states'));
  const licenses = field(rule, 'licenses');
  const denied = field(licenses, 'denied');
  const listed = denied ?? field(licenses, 'allowed');
  if (listed !== undefined) {
    const named = objects(listed).map((license): [string, string[]] => [
      String(license['name']).toLowerCase(),
      texts(field(field(license['packages'], 'excluding'), 'purls')),
    ]);
    return { type: 'license_finding', states, denies: denied !== undefined, named: new Map(named) };
  }
  const inclusion = field(rule, 'match_on_inclusion_license') ?? field(rule, 'match_on_inclusion');
  const named = texts(field(rule, 'license_types')).map((name): [string, string[]] => [
    name.toLowerCase(),
    [],
  ]);
  return { type: 'license_finding', states, denies: inclusion !== false, named: new Map(named) };
}

/** Matches if the rule denies one of the licences. */
export function checkLicenses(rule: LicenseFinding, { licenses }: MergeRequestChanged): RuleResult {
  if (licenses === null) return { kind: 'unknown', error: 'license_report_missing', data: {} };
  const denied = licenses.filter((license) => isDenied(rule, license)).map(({ name }) => name);
  const names = [...new Set(denied)].toSorted();
  return names.length
    ? { kind: 'matched', data: { licenses_count: names.length, licenses: names } }
    : unmatched;
}

function isDenied({ states, denies, named }: LicenseFinding, license: LicenseOfMergeRequest): boolean {
  if (states.length && !states.includes(license.state)) return false;
  const excluded = named.get(license.name.toLowerCase());
  if (!excluded) return !denies;
  const isExcluded = (purl: string) =>
    excluded.some((pattern) => purl === pattern || purl.startsWith(`${pattern}@`));
  return denies ? !all(license.packages, isExcluded) : license.packages.some(isExcluded);
}

/** Whether there are some, and it holds for each. */
const all = <T>(items: T[], holds: (item: T) => boolean): boolean => items.length > 0 && items.every(holds);
