import { RuntimeModule, type ServiceDefinition } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { APPROVALS, ApprovalsModule } from './approvals/approvals.module.js';
import { ViolationsConfig } from './config.js';
import { CONTROLS, ControlsModule } from './controls/controls.module.js';
import { FRAMEWORKS, FrameworksModule } from './frameworks/frameworks.module.js';

/** Each consumer group is a module of its own; they share nothing but what is imported here. */
@Module({})
export class ViolationsModule {
  static of(config: ViolationsConfig): DynamicModule {
    return {
      module: ViolationsModule,
      imports: [
        RuntimeModule.forService('violations', config),
        ApprovalsModule.of(config),
        ControlsModule.of(config),
        FrameworksModule.of(),
      ],
    };
  }
}

export const service: ServiceDefinition<ViolationsConfig> = {
  config: ViolationsConfig,
  module: (config) => ViolationsModule.of(config),
  groups: [APPROVALS, CONTROLS, FRAMEWORKS],
};
