import { type Json, pointerSteps } from './json.js';
import type { FoundPolicy, PolicyRemark } from './policy-list.js';
import type { PolicyIdentity } from './policy.js';
import { checkFile, checkPolicy, type Finding } from './schema-check.js';
import { sentenceOf } from './schema-sentence.js';
import { quoted } from './text.js';
import { toJson, type YamlMap, type YamlValue } from './yaml-value.js';

/** Findings of one policy, or of the file beside its policies, that are put into words; more than anybody is shown. */
const MAX_SENTENCES = 100;

/** What the schema of the file says about all but its policies. */
export function fileWarnings(root: YamlMap): PolicyRemark[] {
  const shallow = [...root.fields].map(([key, { value }]): [string, Json] => [
    key,
    value.kind === 'list' ? value.items.map(() => null) : toJson(value),
  ]);
  return remarks(checkFile(Object.fromEntries(shallow)), root, 'the file', null);
}

/** What the schema of its type says about a policy. */
export function policyWarnings({ type, name, key, map }: FoundPolicy): PolicyRemark[] {
  return remarks(checkPolicy(key, toJson(map)), map, `policy ${quoted(name)}`, { type, name });
}

/** A remark for every finding; of those beyond the limit there is nothing but their number. */
function remarks(
  findings: Finding[],
  top: YamlMap,
  owner: string,
  policy: PolicyIdentity | null,
): PolicyRemark[] {
  const unsaid = { message: 'More is odd.', offset: null, policy };
  return findings.map((finding, at) => {
    if (at >= MAX_SENTENCES) return unsaid;
    const steps = pointerSteps(finding.instancePath);
    const { offset, value } = find(top, [...steps, ...within(finding)]);
    return { message: sentenceOf(finding, { steps, owner, value }), offset, policy };
  });
}

/** The step from what a finding is about to what is odd in it. */
function within({ keyword, params }: Finding): string[] {
  if (keyword === 'additionalProperties') return [String(params['additionalProperty'])];
  return keyword === 'discriminator' ? [String(params['tag'])] : [];
}

/** Where the steps lead: to the key of a field, to the beginning of an entry. */
function find(top: YamlMap, steps: string[]): { offset: number; value: YamlValue } {
  let found: { offset: number; value: YamlValue } = { offset: top.span.start, value: top };
  for (const step of steps) {
    const { value } = found;
    if (value.kind === 'list') {
      const item = value.items[Number(step)]!;
      found = { offset: item.span.start, value: item };
    } else if (value.kind === 'map') {
      const given = value.fields.get(step)!;
      found = { offset: given.key.start, value: given.value };
    }
  }
  return found;
}
