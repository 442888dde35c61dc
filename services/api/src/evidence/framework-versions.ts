import { externalControl, type DirectoryOverTime, type FrameworkRules } from '@auditmesh/compliance';
import { ownControls } from '@auditmesh/controls';
import { formatMicros, type UserControl } from '@auditmesh/events';
import type { Period } from './period.js';

/** Something as it stood from one time until before another, both RFC 3339. */
type Standing<T> = T & { from: string; to: string };

interface ControlVersion {
  title?: string;
  severity?: string;
  triggers?: readonly string[];
  /** In CEL. */
  expression?: string | null;
  resolves_when?: string | null;
  /** The file that a user wrote. */
  definition?: string;
}

export interface ControlOverTime {
  name: string;
  /** Where it comes from: with the service, written by users, or answered by another system. */
  kind: 'built_in' | 'own' | 'external';
  versions: Standing<ControlVersion>[];
}

export type FrameworkVersion = Standing<FrameworkRules>;

/** The framework as it stood over the period; nothing for times when it was not there. */
export function frameworkVersions(
  directory: DirectoryOverTime,
  id: number,
  times: readonly number[],
  period: Period,
): FrameworkVersion[] {
  return standings(times, period, (at) => directory.framework(id, at));
}

/** Every control that the versions ask for, with its expression as it stood. */
export function controlsOverTime(
  directory: DirectoryOverTime,
  rootId: number,
  versions: readonly FrameworkVersion[],
  times: readonly number[],
  period: Period,
): ControlOverTime[] {
  const requirements = versions.flatMap((version) => version.requirements);
  const external = requirements.flatMap(({ external_controls }) => external_controls.map(({ id }) => id));
  const internal = new Set(requirements.flatMap(({ controls }) => controls));
  const ofUser = (name: string, at: number): UserControl | undefined =>
    directory.controlsOf(rootId, at).controls.find((control) => control.name === name);
  return [
    ...[...internal].sort().map((name): ControlOverTime => {
      const written = standings(times, period, (at) => ofUser(name, at));
      if (!written.length) return builtIn(name, period);
      const own = written.map(({ definition, from, to }) => ({ definition, from, to }));
      return { name, kind: 'own', versions: own };
    }),
    ...[...new Set(external)].map((id): ControlOverTime => ({
      name: externalControl(id),
      kind: 'external',
      versions: [],
    })),
  ];
}

/** Those that come with the service do not change while it runs; what a violation broke is in the violation. */
function builtIn(name: string, { from, to }: Period): ControlOverTime {
  const control = ownControls().find((each) => each.name === name);
  if (!control) return { name, kind: 'built_in', versions: [] };
  const { title, severity, triggers, expression, resolvesWhen: resolves_when } = control;
  const standing = { from: formatMicros(from), to: formatMicros(to) };
  return {
    name,
    kind: 'built_in',
    versions: [{ ...standing, title, severity, triggers, expression, resolves_when }],
  };
}

/** @param times at which it may have changed, in their order */
function standings<T extends object>(
  times: readonly number[],
  { from, to }: Period,
  valueAt: (at: number) => T | undefined,
): Standing<T>[] {
  const runs: { from: number; value: T | undefined }[] = [];
  for (const at of [from, ...times.filter((time) => time > from && time < to)]) {
    const value = valueAt(at);
    if (JSON.stringify(runs.at(-1)?.value) !== JSON.stringify(value) || !runs.length)
      runs.push({ from: at, value });
  }
  return runs.flatMap(({ from: begin, value }, i) =>
    value ? { ...value, from: formatMicros(begin), to: formatMicros(runs[i + 1]?.from ?? to) } : [],
  );
}
