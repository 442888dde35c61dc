export type { FlagFault } from './flags/flag-file.js';
export { FlagFileProvider } from './flags/flag-file-provider.js';
export type { FlagDecision, FlagName, FlagVariant } from './flags/flag-rule.js';
export { Flags } from './flags/flags.js';
export type { FlagsChange, FlagsOptions, FlagsState } from './flags/flags.js';
export { readContent, watchContent } from './watched-file.js';
export type { FileContent } from './watched-file.js';
export { FlagsModule } from './flags/flags.module.js';
export {
  CatalogConfig,
  ConfigError,
  IsPostgresUrl,
  IsSchemaName,
  loadConfig,
  ServiceConfig,
} from './config.js';
export { loadCatalog, readTypeFolder } from './catalog-folder.js';
export type { TypeFolder } from './catalog-folder.js';
export { isDatabaseAway } from './database-away.js';
export { HealthController } from './health.controller.js';
export type { ReadinessCheck } from './health.controller.js';
export { Problem, titleOf } from './http/problem.js';
export type { ParameterFault, ProblemDetails } from './http/problem.js';
export { ProblemFilter } from './http/problem.filter.js';
export { sameToken } from './http/same-token.js';
export { validationPipe } from './http/validation.pipe.js';
export { createLog } from './log.js';
export type { Logger } from './log.js';
export { counter, gauge, metrics, MetricsController, secondsHistogram, taskMetrics } from './metrics.js';
export { IsNetworks, isNetwork } from './networks.js';
export { runService, startService } from './run-service.js';
export type { ServiceDefinition } from './run-service.js';
export { kafkaClient, LOG, RuntimeModule } from './runtime.module.js';
export { WatchedFolder } from './watched-folder.js';
export type { FolderContent } from './watched-folder.js';
export { readYamlFolder } from './yaml-folder.js';
export type { NamedText } from './yaml-folder.js';
