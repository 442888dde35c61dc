import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFlagFile } from './flag-file.js';

const lines = (...text: string[]) => text.join('\n');
const flag = (...fields: string[]) =>
  lines('flags:', '  security_policy_audit_events:', ...fields.map((field) => `    ${field}`));

function ruleOf(text: string) {
  const read = readFlagFile(text);
  if (!read.valid) throw new Error(JSON.stringify(read.faults));
  const { state, percentage, allow } = read.rules.security_policy_audit_events;
  return { state, percentage, allow: [...allow] };
}

function faultsOf(text: string) {
  const read = readFlagFile(text);
  return read.valid ? [] : read.faults;
}

describe('readFlagFile', () => {
  it('reads state, percentage and allow-list', () => {
    const text = flag('state: on  # since Monday', 'percentage: 2.5', 'allow: [1, "7", 9223372036854775807]');
    expect(ruleOf(text)).toEqual({ state: 'on', percentage: 2.5, allow: ['1', '7', '9223372036854775807'] });
  });

  it('reads JSON', () => {
    const rule = { state: 'off', percentage: 25, allow: [1] };
    const text = JSON.stringify({ flags: { security_policy_audit_events: rule } }, null, '\t');
    expect(ruleOf(text)).toEqual({ state: 'off', percentage: 25, allow: ['1'] });
  });

  it.each([
    ['on', 'on'],
    ['true', 'on'],
    ['"On"', 'on'],
    ['off', 'off'],
    ['false', 'off'],
    ['OFF', 'off'],
  ])('takes the state %s as %s, since Helm makes a boolean of it', (written, state) => {
    expect(ruleOf(flag(`state: ${written}`)).state).toBe(state);
  });

  it('takes a flag without percentage as on for everything, and with an allow-list as on for the list only', () => {
    expect(ruleOf(flag('state: on'))).toEqual({ state: 'on', percentage: 100, allow: [] });
    expect(ruleOf(flag('state: on', 'allow: [7]'))).toEqual({ state: 'on', percentage: 0, allow: ['7'] });
  });

  it('gives a flag that the file leaves out its default, on', () => {
    expect(ruleOf('flags: {}')).toEqual({ state: 'on', percentage: 100, allow: [] });
  });

  it.each([
    ['an empty file', '', null],
    ['a comment only', '# nothing', null],
    ['a file cut off after its first line', 'flags:\n', 1],
    ['a file cut off after the name of a flag', 'flags:\n  security_policy_audit_events:\n', 2],
    ['another document', '- a\n- b', 1],
    ['no flags', '{}', 1],
    ['YAML that does not parse', 'flags:\n  security_policy_audit_events: {state: on\n', 3],
    ['the same flag twice', `${flag('state: on')}\n  security_policy_audit_events: {state: off}`, 4],
    ['a misspelt flag', 'flags:\n  security_policy_audit_event:\n    state: off', 2],
    ['a misspelt field', flag('state: on', 'percent: 5'), 4],
    ['a field beside flags', 'flags: {}\nflag: 1', 2],
    ['a state left out', flag('percentage: 5'), 2],
    ['another state', flag('percentage: 5', 'state: maybe'), 4],
    ['a state without value', flag('percentage: 5', 'state:'), 4],
    ['a percentage with its sign', flag('state: on', 'percentage: 5%'), 4],
    ['a percentage above 100', flag('state: on', 'percentage: 101'), 4],
    ['a negative percentage', flag('state: on', 'percentage: -1'), 4],
    ['a percentage that is no number', flag('state: on', 'percentage: .nan'), 4],
    ['an allow-list that is no list', flag('state: on', 'allow: 7'), 4],
    ['a path in the allow-list', flag('state: on', 'allow:', '  - 7', '  - acme'), 6],
    ['tenant 0 in the allow-list', flag('state: on', 'allow: [0]'), 4],
    ['a fraction in the allow-list', flag('state: on', 'allow: [1.5]'), 4],
  ])('refuses %s, and says on which line', (_what, text, line) => {
    expect(faultsOf(text)).toContainEqual({ line, message: expect.any(String) });
  });

  it('names the flag, the field and what it should be', () => {
    const [fault] = faultsOf(flag('state: on', 'percentage: 5%'));
    expect(fault!.message).toBe(
      'security_policy_audit_events: `percentage` must be a number from 0 to 100, without %',
    );
  });

  it('tells every fault, up to ten', () => {
    expect(faultsOf(flag('state: x', 'percentage: x', 'allow: x'))).toHaveLength(3);
    expect(faultsOf(`flags: {${Array.from({ length: 50 }, (_, i) => `f${i}: {}`).join(', ')}}`)).toHaveLength(
      10,
    );
  });

  it('never throws, and every prefix of a good file is refused or means the same or less', () => {
    const text = `# rollout\n${flag('state: off', 'percentage: 25', 'allow: [1, 7]')}\n`;
    for (let end = 0; end < text.length; end++) {
      const read = readFlagFile(text.slice(0, end));
      if (read.valid) expect(read.rules.security_policy_audit_events.state).toBe('off');
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), (any) => {
        expect(typeof readFlagFile(any).valid).toBe('boolean');
      }),
    );
    expect(faultsOf('['.repeat(200_000))).not.toEqual([]);
  });
});
