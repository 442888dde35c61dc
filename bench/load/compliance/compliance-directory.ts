import {
  noEntity,
  plainFramework,
  plainRequirement,
  type Actor,
  type DirectoryChanged,
  type DirectoryEntry,
  type Framework,
} from '@auditmesh/events';
import type { ProjectFacts } from '@auditmesh/controls';
import type { OutgoingRecord } from '@auditmesh/kafka';
import { below, randomFrom } from '../random.ts';
import { definitionOf } from './definition.ts';
import { rules, triggers, type Rule } from './rules.ts';

/** Id of the one root namespace. */
export const ROOT = 1;
/** Templates that the frameworks of each kind take from: a project with one of each kind is asked for ten of each type. */
const kinds = [
  { of: [0, 1, 2], controls: 4 },
  { of: [3, 4, 5], controls: 3 },
  { of: [6, 7], controls: 3 },
];
/** Frameworks of each kind. */
const VARIANTS = 12;
const FIRST_PROJECT = 10_000;
const platform: Actor = {
  ...{ id: null, type: 'system', name: 'Platform', email: null, ip: null, user_agent: null },
};
/** Share of settings that are not as the rules want them. */
const ODD_SETTINGS = 0.01;

/** A tenant whose projects have three frameworks each: which framework, and the facts. */
export interface ComplianceDirectory {
  projects: ProjectFacts[];
  frameworks: Framework[];
}

/** The same number gives the same directory. */
export function complianceDirectory(projectCount: number): ComplianceDirectory {
  const random = randomFrom(7);
  const frameworks = kinds.flatMap((_, kind) =>
    Array.from({ length: VARIANTS }, (_each, variant) => framework(kind, variant, random)),
  );
  const projects = Array.from({ length: projectCount }, (_, number): ProjectFacts => {
    const id = FIRST_PROJECT + number;
    for (let kind = 0; kind < kinds.length; kind++)
      frameworks[kind * VARIANTS + below(VARIANTS, random)]!.projects.push(id);
    return {
      id,
      path: `acme/group-${number % 40}/service-${number}`,
      namespace_id: ROOT,
      archived: random() < ODD_SETTINGS,
      personal: random() < ODD_SETTINGS,
      settings: settings(random),
    };
  });
  return { projects, frameworks };
}

/** The same as records of `directory.changes.v1`, with the controls as the tenant's own. */
export function* changesOf({
  projects,
  frameworks,
}: ComplianceDirectory): Generator<OutgoingRecord<DirectoryChanged>> {
  const tenant = String(ROOT);
  const change = (key: string, family: Partial<DirectoryEntry>): OutgoingRecord<DirectoryChanged> => {
    const entry = { tenant, ...noEntity, ...family };
    return {
      key: tenant,
      value: { key, tenant, occurred_at: 1, actor: platform, entry, replaces: null, replaced_by: null },
    };
  };
  yield change(`namespace/${ROOT}`, {
    namespace: { id: ROOT, path: 'acme', parent_id: null, log_shards: 1 },
  });
  for (const { settings, ...project } of projects)
    yield change(`project/${project.id}`, { project: { ...project, settings: JSON.stringify(settings) } });
  for (const rule of rules)
    yield change(`control/${ROOT}/${rule.name}`, {
      control: { namespace_id: ROOT, name: rule.name, definition: definitionOf(rule) },
    });
  for (const framework of frameworks) yield change(`framework/${framework.id}`, { framework });
}

/** A requirement for each type of event, with controls of the kind that are drawn. */
function framework(kind: number, variant: number, random: () => number): Framework {
  const id = 1 + kind * VARIANTS + variant;
  const { of, controls } = kinds[kind]!;
  const from = (trigger: string) =>
    rules.filter((rule) => rule.trigger === trigger && of.includes(templateOf(rule)));
  return {
    ...plainFramework,
    id,
    namespace_id: ROOT,
    name: `Framework ${id}`,
    projects: [],
    requirements: triggers.map((trigger, at) => ({
      ...plainRequirement,
      id: id * 10 + at,
      name: `Requirement ${id}.${at}`,
      controls: drawn(from(trigger), controls, random).map(({ name }) => name),
    })),
  };
}

const templateOf = ({ name }: Rule): number => Number(/_(\d)_\d$/.exec(name)![1]);

function drawn<T>(from: readonly T[], count: number, random: () => number): T[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(below(left.length, random), 1)[0]!);
}

/** Values for all settings that rules read; now and then one that a rule does not want. */
function settings(random: () => number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const rule of rules)
    for (const [name, type] of Object.entries(rule.settings)) {
      const odd = random() < ODD_SETTINGS;
      if (type === 'bool') values[name] = !odd;
      else if (type === 'int') values[name] = name.startsWith('members') ? (odd ? 500 : 20) : odd ? 0 : 6;
      else values[name] = stringsOf(name, odd);
    }
  return values;
}

function stringsOf(name: string, odd: boolean): string[] {
  if (name.startsWith('scanners')) return odd ? ['secrets'] : ['sast', 'dast', 'secrets'];
  if (name.startsWith('runners')) return odd ? ['shell-1'] : ['runner-1', 'runner-2', 'runner-gpu-1'];
  if (name.startsWith('secret_stores')) return odd ? ['file'] : ['vault'];
  return odd ? [] : ['office', 'remote'];
}
