import { ControlSets } from '@auditmesh/compliance';
import { Catalog } from '@auditmesh/events';
import { loadControlSets } from '@auditmesh/runtime/controls';
import { ApiConfig } from '../config.js';
import { AssignmentsController } from './assignments.controller.js';
import { ChangeControls } from './change-controls.js';
import { ChangeFrameworks } from './change-frameworks.js';
import { ComplianceAccess } from './compliance-access.js';
import { ComplianceLimits } from './compliance-limits.js';
import { ComplianceTurns } from './compliance-turns.js';
import { ControlTexts } from './control-texts.js';
import { ControlsController } from './controls.controller.js';
import { FindFrameworks } from './find-frameworks.js';
import { FrameworkAnswers } from './framework-answers.js';
import { FrameworksController } from './frameworks.controller.js';
import { RequirementsController } from './requirements.controller.js';

/** What the module of the api is made of, as far as frameworks and controls are concerned. */
export const complianceControllers = [
  FrameworksController,
  RequirementsController,
  AssignmentsController,
  ControlsController,
];

export const complianceProviders = [
  ComplianceAccess,
  ComplianceLimits,
  ComplianceTurns,
  {
    provide: ControlSets,
    inject: [ApiConfig, Catalog],
    useFactory: (config: ApiConfig, catalog: Catalog) => loadControlSets(config, catalog),
  },
  ControlTexts,
  FindFrameworks,
  ChangeFrameworks,
  ChangeControls,
  FrameworkAnswers,
];
