import type { DirectoryOverTime, FrameworkRules } from './directory-over-time.js';
import { externalControl } from './required-controls.js';
import type { ComplianceFacts, RequirementOfProject } from './status.js';

/**
 * What was required of the project from each time on, by all that the directory knows.
 *
 * @param from only what was required at that time and after it; µs since the epoch
 */
export function requiredOverTime(
  directory: DirectoryOverTime,
  projectId: number,
  from = -Infinity,
): ComplianceFacts['required'] {
  const times = [from, ...directory.changeTimes(projectId, from, Infinity)];
  return times.map((at) => ({
    at,
    requirements: directory.frameworksOf(projectId, at).flatMap(requirementsOf),
  }));
}

/** As the violations of a framework name them; the same list for as long as the framework stays as it is. */
function requirementsOf(framework: FrameworkRules): readonly RequirementOfProject[] {
  let requirements = known.get(framework);
  if (!requirements) known.set(framework, (requirements = workOut(framework)));
  return requirements;
}

const known = new WeakMap<FrameworkRules, readonly RequirementOfProject[]>();

const workOut = ({ id, name, requirements }: FrameworkRules): RequirementOfProject[] =>
  requirements.map((requirement) => ({
    framework_id: id,
    framework_name: name,
    requirement_id: requirement.id,
    requirement_name: requirement.name,
    controls: [
      ...new Set([
        ...requirement.controls,
        ...requirement.external_controls.map((each) => externalControl(each.id)),
      ]),
    ],
  }));
