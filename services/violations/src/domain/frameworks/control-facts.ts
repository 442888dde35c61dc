import type { UserControl } from '@auditmesh/events';
import { parse } from 'yaml';
import type { Fact } from './fact.js';
import { fieldChanges } from './field-changes.js';

const FIELDS = [
  ...['name', 'title', 'description', 'evaluated', 'triggers', 'settings'],
  ...['expression', 'resolves_when', 'severity'],
];

/** What happened when a control of a tenant's own became another; nothing if they say the same. */
export function controlFacts(before: UserControl | null, after: UserControl | null): Fact[] {
  const { name, namespace_id } = (after ?? before)!;
  const changed = fieldChanges(...comparable(before, after), [...FIELDS, 'definition']);
  if (before && after && changed.changes.length === 0) return [];
  const [type, verb] = !before
    ? ['create_compliance_control', 'Created']
    : after
      ? ['update_compliance_control', 'Updated']
      : ['destroy_compliance_control', 'Deleted'];
  return [
    {
      type: type!,
      what: '',
      message: `${verb} the control "${name}"`,
      target: { type: 'compliance_control', id: name, name },
      details: { namespace_id },
      ...changed,
    },
  ];
}

/** What both definitions say, if both can be read; else their texts. */
function comparable(before: UserControl | null, after: UserControl | null): [object | null, object | null] {
  const [was, is] = [said(before), said(after)];
  if (was !== undefined && is !== undefined) return [was, is];
  const text = (control: UserControl | null) => control && { definition: control.definition };
  return [text(before), text(after)];
}

function said(control: UserControl | null): object | null | undefined {
  if (!control) return null;
  try {
    const value: unknown = parse(control.definition, { maxAliasCount: 10 });
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
