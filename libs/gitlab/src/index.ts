export { eventOfGitLab, gitLabSource } from './from-gitlab.js';
export type { Place } from './from-gitlab.js';
export { gitLabEvent } from './to-gitlab.js';
export { readGitLabEvent } from './payload.js';
export type { FieldFault, GitLabEvent, ReadGitLabEvent } from './payload.js';
