import { AlertRules, type AlertRule } from '@auditmesh/alert-rules';
import type { AlertInput } from '@auditmesh/events';

/** µs since the epoch: Friday, 2026-11-20, 10:00 UTC. */
export const TEN_OCLOCK = 1_795_168_800_000_000;
const SECOND = 1_000_000;

/** A use of a secret by a service, so many seconds after ten, appended when it occurred. */
export function sampleUse(seconds: number, change: Partial<AlertInput> = {}): AlertInput {
  const occurred_at = TEN_OCLOCK + seconds * SECOND;
  return {
    event_id: `event at ${seconds}`,
    occurred_at,
    appended_at: occurred_at,
    tenant: '1',
    scope_path: 'acme/payments/ledger',
    access_type: 'read',
    outcome: 'success',
    actor_id: '903',
    actor_type: 'service_account',
    actor_name: 'deploy-bot',
    ip: '10.4.0.12',
    secret_id: 'kv/payments/db-password',
    ...change,
  };
}

const common = 'description: For tests alone\nseverity: warning\nclear_after: 60s\n';

/** Rules of which only what matters is written, by name. */
export const sampleRules = (rules: Record<string, string>): AlertRules =>
  AlertRules.read(
    new Map(Object.entries(rules).map(([name, text]) => [`${name}.yml`, `name: ${name}\n${common}${text}`])),
  );

/** The only rule. @throws Error with what is wrong with it */
export function sampleRule(text: string): AlertRule {
  const { rules, problems } = sampleRules({ sample: text });
  if (!rules[0]) throw new Error(problems.map(({ problem }) => problem).join(' '));
  return rules[0];
}
