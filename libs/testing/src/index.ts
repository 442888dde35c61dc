export { eventually } from './eventually.js';
export { TestKafka } from './test-kafka.js';
