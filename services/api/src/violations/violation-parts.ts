import { EvidenceKeyController } from '../evidence/evidence-key.controller.js';
import { EvidenceController } from '../evidence/evidence.controller.js';
import { EvidenceControls } from '../evidence/evidence-controls.js';
import { EvidenceEvents } from '../evidence/evidence-events.js';
import { EvidenceViolations } from '../evidence/evidence-violations.js';
import { MakeEvidence } from '../evidence/make-evidence.js';
import { ProjectComplianceController } from '../projects/project-compliance.controller.js';
import { AskEngine } from './ask-engine.js';
import { CommandOutcomes } from './command-outcomes.js';
import { ViolationCommandsController } from './violation-commands.controller.js';
import { ViolationSearch } from './violation-search.js';
import { ViolationStatistics } from './violation-statistics.js';
import { ViolationsController } from './violations.controller.js';

/** What the module of the api is made of, as far as violations and their evidence are concerned. */
export const violationControllers = [
  ViolationsController,
  ViolationCommandsController,
  ProjectComplianceController,
  EvidenceController,
  EvidenceKeyController,
];

export const violationProviders = [
  ViolationSearch,
  ViolationStatistics,
  AskEngine,
  CommandOutcomes,
  MakeEvidence,
  EvidenceControls,
  EvidenceEvents,
  EvidenceViolations,
];
