import { describe, expect, it } from '@jest/globals';
import { violationId } from './violation-id.js';

describe('the id of a violation', () => {
  it('is of the event, the project and the control, and names the time of the event', () => {
    const id = violationId(1_763_632_800_123_456, 'event', 7, 'control');
    expect(id).toBe(violationId(1_763_632_800_123_456, 'event', 7, 'control'));
    expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(1_763_632_800_123);
    const others = [
      violationId(1_763_632_800_123_456, 'other', 7, 'control'),
      violationId(1_763_632_800_123_456, 'event', 8, 'control'),
      violationId(1_763_632_800_123_456, 'event', 7, 'other'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });
});
