import { runService } from '@auditmesh/runtime';
import { ConsolidatorConfig } from './config.js';
import { CONSOLIDATOR, ConsolidatorModule } from './consolidator.module.js';

await runService({
  config: ConsolidatorConfig,
  module: (config) => ConsolidatorModule.of(config),
  groups: [CONSOLIDATOR],
});
