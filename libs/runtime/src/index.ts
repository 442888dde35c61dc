export { ConfigError, IsPostgresUrl, IsSchemaName, loadConfig, ServiceConfig } from './config.js';
export { HealthController } from './health.controller.js';
export type { ReadinessCheck } from './health.controller.js';
export { createLog } from './log.js';
export type { Logger } from './log.js';
export { counter, gauge, metrics, MetricsController, secondsHistogram, taskMetrics } from './metrics.js';
export { runService, startService } from './run-service.js';
export type { ServiceDefinition } from './run-service.js';
export { kafkaClient, LOG, RuntimeModule } from './runtime.module.js';
