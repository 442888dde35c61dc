import type {
  AuditCandidate,
  AuditEvent,
  DirectoryEntry,
  Framework,
  Requirement,
} from './generated/records.js';

/** The families of details, none of which is set; an event sets one of them, or `attributes`. */
export const noDetails = {
  policy_change: null,
  policy_file: null,
  policy_limit: null,
  policy_project: null,
  enforcement: null,
  bypass: null,
  secret_access: null,
  producer_fault: null,
  alert: null,
  attributes: null,
} satisfies Partial<AuditEvent>;

/** What a candidate says only if nobody knows how many of its kind will come, or if a rollout flag let it pass. */
export const ungathered = {
  closes_at: null,
  occurrence: null,
  message: null,
  rollout_variant: null,
} satisfies Partial<AuditCandidate>;

/** The families of a directory entry, none of which is set; an entry sets one of them. */
export const noEntity = {
  namespace: null,
  project: null,
  policy_link: null,
  framework: null,
  control: null,
} satisfies Partial<DirectoryEntry>;

/** What a framework may leave unsaid. */
export const plainFramework = {
  description: '',
  color: '',
  projects: [],
  groups: [],
  by_default: false,
  requirements: [],
} satisfies Partial<Framework>;

/** What a requirement may leave unsaid. */
export const plainRequirement = {
  description: '',
  controls: [],
  external_controls: [],
  security_policies: [],
} satisfies Partial<Requirement>;
