export { eventually } from './eventually.js';
export { PolicyRepository } from './policy-repository.js';
export { TestKafka } from './test-kafka.js';
export { TestPostgres } from './test-postgres.js';
export { sampleEvent } from './sample-event.js';
export { runProgram, ServiceProcess } from './service-process.js';
export { sampleRule, sampleRules, sampleUse, TEN_OCLOCK } from './sample-use.js';
export { SseClient } from './sse-client.js';
export { idOfViolation, sampleChange, sampleDetection, sampleDirectoryChange } from './sample-violation.js';
