import type { ComplianceDirectory } from './compliance-directory.ts';
import { rules } from './rules.ts';

/** The directory as data of a policy: by id, so that everything is found without searching. */
export function dataOf({ projects, frameworks }: ComplianceDirectory): object {
  const triggers = new Map(rules.map(({ name, trigger }) => [name, trigger]));
  const controls = frameworks.map(({ id, requirements }) => {
    const names = requirements.flatMap((requirement) => requirement.controls);
    return [String(id), Object.groupBy(names, (name) => triggers.get(name)!)] as const;
  });
  const facts = projects.map(({ id, ...project }) => [
    String(id),
    {
      ...project,
      frameworks: frameworks.filter((each) => each.projects.includes(id)).map((each) => String(each.id)),
    },
  ]);
  return { projects: Object.fromEntries(facts), frameworks: Object.fromEntries(controls) };
}
