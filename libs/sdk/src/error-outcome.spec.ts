import { describe, expect, test } from '@jest/globals';
import { endingOf } from './error-outcome.js';

describe('an error of a store', () => {
  test.each([
    [{ code: 'EACCES' }, 'denied', 'EACCES'],
    [{ status: 403 }, 'denied', '403'],
    [{ statusCode: 401 }, 'denied', '401'],
    [{ name: 'ForbiddenException' }, 'denied', 'ForbiddenException'],
    [{ code: 'PERMISSION_DENIED' }, 'denied', 'PERMISSION_DENIED'],
    [new TypeError('hunter2'), 'failure', 'TypeError'],
    [{ code: 'ECONNREFUSED' }, 'failure', 'ECONNREFUSED'],
    [{ status: 404 }, 'failure', '404'],
    ['hunter2', 'failure', undefined],
    [{ code: 'pass word: hunter2' }, 'failure', undefined],
    [null, 'failure', undefined],
  ])('%j is a %s', (error, outcome, errorCode) => {
    expect(endingOf(error)).toEqual({ outcome, errorCode });
  });

  test('is what the application says it is', () => {
    expect(endingOf({ code: 'E7' }, (e) => (e as { code: string }).code === 'E7').outcome).toBe('denied');
    expect(endingOf({ status: 403 }, () => false).outcome).toBe('failure');
  });
});
