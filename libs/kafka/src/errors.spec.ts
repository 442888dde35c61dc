import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { isPassing, KafkaError } from './errors.js';

const {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSSASLAuthenticationError,
} = kafkajs;

const COORDINATOR_LOAD_IN_PROGRESS = 14;
const COORDINATOR_NOT_AVAILABLE = 15;
const TOPIC_AUTHORIZATION_FAILED = 29;
const ILLEGAL_SASL_STATE = 34;
const CLUSTER_AUTHORIZATION_FAILED = 31;

/** The declaration leaves out what the constructor takes. */
const RefusedPassword = KafkaJSSASLAuthenticationError as unknown as new (message: string) => Error;
const connection = (code?: string) =>
  new KafkaJSConnectionError('Connection error', code === undefined ? {} : { code });
/** As it comes out of kafkajs when it has tried often enough, or thinks that there is no use in it. */
const wrapped = (error: Error) => [
  error,
  new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 3, retryTime: 500 }),
  Object.assign(new KafkaJSNonRetriableError(error), { cause: error }),
];

const passing: Error[] = [
  ...wrapped(connection()),
  ...wrapped(connection('ECONNREFUSED')),
  ...wrapped(connection('EAI_AGAIN')),
  ...wrapped(createErrorFromCode(COORDINATOR_LOAD_IN_PROGRESS)),
  ...wrapped(createErrorFromCode(COORDINATOR_NOT_AVAILABLE)),
  new KafkaError('BROKER_UNAVAILABLE', 'no leader'),
  Object.assign(new Error('no answer'), { code: 'REGISTRY_UNAVAILABLE' }),
];

const lasting: Error[] = [
  ...wrapped(connection('ERR_TLS_CERT_ALTNAME_INVALID')),
  ...wrapped(connection('CERT_HAS_EXPIRED')),
  ...wrapped(new RefusedPassword('wrong password')),
  ...wrapped(createErrorFromCode(TOPIC_AUTHORIZATION_FAILED)),
  ...wrapped(createErrorFromCode(CLUSTER_AUTHORIZATION_FAILED)),
  ...wrapped(createErrorFromCode(ILLEGAL_SASL_STATE)),
  new KafkaError('UNKNOWN_TOPIC', 'no such topic'),
  Object.assign(new Error('no such schema'), { code: 'SCHEMA_NOT_REGISTERED' }),
  new TypeError('a bug'),
];

describe('an error passes by itself', () => {
  it.each(passing.map((error) => [`${error.name}: ${error.message}`, error]))('after %s', (_, error) => {
    expect(isPassing(error)).toBe(true);
  });

  it.each(lasting.map((error) => [`${error.name}: ${error.message}`, error]))('not after %s', (_, error) => {
    expect(isPassing(error)).toBe(false);
  });
});
