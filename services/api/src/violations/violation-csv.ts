import { csvLine } from '../lists/csv.js';
import type { ViolationJson } from './violation.json.js';

type Cell = string | number | null;

const columns: Record<string, (violation: ViolationJson) => Cell> = {
  id: ({ id }) => id,
  status: ({ status }) => status,
  severity: ({ severity }) => severity,
  detected_at: ({ detected_at }) => detected_at,
  updated_at: ({ updated_at }) => updated_at,
  closed_at: ({ closed_at }) => closed_at,
  project_id: ({ project }) => project.id,
  project_path: ({ project }) => project.path,
  control: ({ control }) => control,
  title: ({ title }) => title,
  frameworks: ({ requirements }) => joined(requirements.map(({ framework_name }) => framework_name)),
  requirements: ({ requirements }) => joined(requirements.map(({ requirement_name }) => requirement_name)),
  actor_id: ({ actor }) => actor.id,
  actor_name: ({ actor }) => actor.name,
  actor_email: ({ actor }) => actor.email,
  audit_event_id: ({ audit_event }) => audit_event.id,
  audit_event_type: ({ audit_event }) => audit_event.type,
  expression: ({ expression }) => expression,
  values: ({ values }) => JSON.stringify(values),
};

export const violationCsvHead = csvLine(Object.keys(columns));

export const violationCsvLine = (violation: ViolationJson): string =>
  csvLine(Object.values(columns).map((cell) => cell(violation)));

const joined = (names: string[]): string => [...new Set(names)].join('; ');
