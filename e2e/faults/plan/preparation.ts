import { approvalPolicies } from './approval-policies.ts';
import { APPROVALS_PROJECT, complianceProjects, complianceTenants, stateControls } from './compliance.ts';
import { directoryOf, type PlannedDirectory } from './directory.ts';
import { firstFrameworks, frameworkRecord } from './framework-load.ts';
import { groupControl } from './group-load.ts';
import type { PlannedRecord } from './load-step.ts';
import { pushRecord } from './push-load.ts';
import { SeededRandom } from './seeded-random.ts';
import { settingsRecord } from './settings-load.ts';
import type { Size } from './sizes.ts';

/** What is in the mesh before the load begins; the same in every run. */
export interface Preparation {
  directory: PlannedDirectory;
  /** To be written once the directory is known, each list of one topic: what merge requests and projects must keep. */
  records: PlannedRecord[][];
}

export function preparationOf(size: Size): Preparation {
  const random = new SeededRandom('preparation');
  const passing = Object.fromEntries(stateControls.map((name) => [name, true]));
  const policies = pushRecord(random, APPROVALS_PROJECT, 'approvals', approvalPolicies(), 'valid');
  const settings = complianceTenants
    .flatMap(complianceProjects)
    .map((id) => settingsRecord(`first-settings-${id}`, id, passing, 0));
  const frameworks = complianceTenants.flatMap((tenant) =>
    firstFrameworks(tenant).map((each) =>
      frameworkRecord(`first-framework-${each.id}`, tenant, each.id, each, 0),
    ),
  );
  return {
    directory: directoryOf(size),
    records: [[policies], settings, complianceTenants.map(groupControl), frameworks],
  };
}
