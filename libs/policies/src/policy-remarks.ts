import type { PolicyType } from './policy.js';
import { quoted } from './text.js';
import type { Remark } from './yaml-reading.js';
import type { YamlField, YamlList, YamlMap, YamlValue } from './yaml-value.js';

interface Shape {
  required: string[];
  optional: string[];
  /** Types a rule may have. */
  rules: string[];
  /** Rules and actions that GitLab heeds. */
  most: { rules?: number; actions?: number; schedules?: number };
}

const everywhere = ['description', 'policy_scope', 'metadata'];
const MAX_NAME = 255;

const shapes: Record<PolicyType, Shape> = {
  approval_policy: {
    required: ['name', 'enabled', 'rules'],
    optional: [
      'actions',
      'approval_settings',
      'bypass_settings',
      'enforcement_type',
      'fallback_behavior',
      'policy_tuning',
    ],
    rules: ['scan_finding', 'license_finding', 'any_merge_request'],
    most: { rules: 5 },
  },
  scan_execution_policy: {
    required: ['name', 'enabled', 'rules', 'actions'],
    optional: ['skip_ci'],
    rules: ['pipeline', 'schedule'],
    most: { actions: 10 },
  },
  pipeline_execution_policy: {
    required: ['name', 'enabled', 'content', 'pipeline_config_strategy'],
    optional: ['suffix', 'skip_ci', 'variables_override'],
    rules: [],
    most: {},
  },
  pipeline_execution_schedule_policy: {
    required: ['name', 'enabled', 'content', 'schedules'],
    optional: [],
    rules: [],
    most: { schedules: 1 },
  },
  vulnerability_management_policy: {
    required: ['name', 'enabled', 'rules', 'actions'],
    optional: [],
    rules: ['no_longer_detected', 'detected'],
    most: { rules: 5, actions: 1 },
  },
};

/** What is odd about a policy that the file is valid with: fields missing, unknown, misshapen or deprecated. */
export function policyRemarks(type: PolicyType, policy: YamlMap): Remark[] {
  const shape = shapes[type];
  return [
    ...unknownFields(shape, policy),
    ...missingFields(shape, policy),
    ...oddValues(policy),
    ...oddLists(shape, policy),
    ...[...listOf(policy, 'rules')].flatMap((rule) => ruleRemarks(shape, rule)),
  ];
}

function unknownFields({ required, optional }: Shape, policy: YamlMap): Remark[] {
  const known = new Set([...required, ...optional, ...everywhere]);
  return [...policy.fields]
    .filter(([name]) => !known.has(name))
    .map(([name, { key }]) => ({ message: `The field ${quoted(name)} is unknown.`, offset: key.start }));
}

function missingFields({ required }: Shape, policy: YamlMap): Remark[] {
  return required
    .filter((name) => !policy.fields.has(name))
    .map((name) => ({ message: `The field "${name}" is missing.`, offset: policy.span.start }));
}

function oddValues({ fields }: YamlMap): Remark[] {
  const remarks: Remark[] = [];
  const name = textOf(fields.get('name'));
  const enabled = fields.get('enabled');
  const strategy = fields.get('pipeline_config_strategy');
  if (name !== undefined && name.length > MAX_NAME)
    remarks.push(at(fields.get('name')!, `The name is longer than ${MAX_NAME} characters.`));
  if (enabled && !(enabled.value.kind === 'scalar' && typeof enabled.value.value === 'boolean'))
    remarks.push(at(enabled, 'The field "enabled" is neither true nor false.'));
  if (strategy && textOf(strategy) === 'inject_ci')
    remarks.push(at(strategy, 'The strategy "inject_ci" is deprecated; use "inject_policy".'));
  return remarks;
}

function oddLists({ most }: Shape, { fields }: YamlMap): Remark[] {
  return (['rules', 'actions', 'schedules'] as const).flatMap((name) => {
    const given = fields.get(name);
    const limit = most[name];
    if (!given) return [];
    if (given.value.kind !== 'list') return [at(given, `The field "${name}" is no list.`)];
    if (limit === undefined || given.value.items.length <= limit) return [];
    return [at(given, `Only the first ${limit} of ${given.value.items.length} ${name} count.`)];
  });
}

function ruleRemarks(shape: Shape, rule: YamlValue): Remark[] {
  if (rule.kind !== 'map') return [{ message: 'A rule is no mapping.', offset: rule.span.start }];
  const remarks: Remark[] = [];
  const type = textOf(rule.fields.get('type'));
  const deprecated = rule.fields.get('match_on_inclusion');
  if (shape.rules.length > 0 && (type === undefined || !shape.rules.includes(type))) {
    const problem = type === undefined ? 'has no type' : `has the unknown type ${quoted(type)}`;
    remarks.push({ message: `A rule ${problem}.`, offset: rule.span.start });
  }
  if (deprecated)
    remarks.push(at(deprecated, '"match_on_inclusion" is deprecated; use "match_on_inclusion_license".'));
  if (listOf(rule, 'vulnerability_states').some((s) => s.kind === 'scalar' && s.value === 'newly_detected'))
    remarks.push(
      at(rule.fields.get('vulnerability_states')!, 'The vulnerability state "newly_detected" is deprecated.'),
    );
  return remarks;
}

function at({ key }: YamlField, message: string): Remark {
  return { message, offset: key.start };
}

function textOf(given: YamlField | undefined): string | undefined {
  return given?.value.kind === 'scalar' && typeof given.value.value === 'string'
    ? given.value.value
    : undefined;
}

function listOf(map: YamlMap, name: string): YamlList['items'] {
  const given = map.fields.get(name)?.value;
  return given?.kind === 'list' ? given.items : [];
}
