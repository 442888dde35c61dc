import type { ComplianceDirectory } from './compliance-directory.ts';
import { rules } from './rules.ts';

/** The directory as data of a policy: by id, so that everything is found without searching. */
export function dataOf({ projects, frameworks }: ComplianceDirectory): object {
  const triggers = new Map(rules.map(({ name, trigger }) => [name, trigger]));
  const controls = frameworks.map(({ id, requirements }) => {
    const names = requirements.flatMap((requirement) => requirement.controls);
    return [String(id), Object.groupBy(names, (name) => triggers.get(name)!)] as const;
  });
  const assigned = new Map<number, string[]>(projects.map(({ id }) => [id, []]));
  for (const { id, projects: named } of frameworks)
    for (const each of named) assigned.get(each)!.push(String(id));
  const facts = projects.map(({ id, ...project }) => [
    String(id),
    { ...project, frameworks: assigned.get(id)! },
  ]);
  return { projects: Object.fromEntries(facts), frameworks: Object.fromEntries(controls) };
}
