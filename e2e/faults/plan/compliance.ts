/** Tenants whose projects are to keep controls; nothing else of the load concerns them. */
export const complianceTenants = ['4', '5'] as const;
export type ComplianceTenant = (typeof complianceTenants)[number];

/** Policy project in another tenant that governs all of their projects. */
export const APPROVALS_PROJECT = 509;

const PROJECTS = 8;

/** The one group of the tenant, in which its projects are. */
export const complianceGroup = (tenant: ComplianceTenant): number => 10 * Number(tenant) + 1;

export const complianceProjects = (tenant: ComplianceTenant): number[] =>
  Array.from({ length: PROJECTS }, (_, n) => 100 * complianceGroup(tenant) + n);

/** Of one of these projects. */
export const tenantOfProject = (project: number): ComplianceTenant =>
  String(Math.floor(project / 1_000)) as ComplianceTenant;

export const pathOfProject = (project: number): string => `t${tenantOfProject(project)}/c/p${project}`;

/** Controls that a merge breaks or keeps, and that people alone resolve. */
export const actControls = [
  'minimum_approvals_required_1',
  'minimum_approvals_required_2',
  'merge_request_prevent_author_approval',
] as const;

/** A control of the tenant's own that an event of a group breaks or keeps, for each of its projects. */
export const GROUP_CONTROL = 'members_join_in_peace';

/** Of these violations people ask for changes; nothing else changes them. */
export const reviewedControls: readonly string[] = [...actControls, GROUP_CONTROL];

/** Controls that a setting of the same name breaks or keeps, and resolves. */
export const stateControls = ['push_protection_enabled', 'require_signed_commits'] as const;
