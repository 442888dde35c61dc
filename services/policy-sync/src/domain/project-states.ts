import type { FanoutProgress, PolicyFileState, PolicyState } from '@auditmesh/events';
import type { Policy } from '@auditmesh/policies';
import type { FileState } from './push.js';

/** What is known of one policy project. */
export interface ProjectState {
  file: FileState | undefined;
  /** Pushes whose changes are emitted. */
  pushes: Set<string>;
  /** By push that was skipped since the rollout flag was off: what it is to be compared with when it comes again. */
  skipped: Map<string, FileState>;
  /** A push whose emission was cut off. */
  fanout: FanoutProgress | undefined;
}

/** The policy projects of one task, as their changelog `policy.states.v1` tells. */
export class ProjectStates {
  private readonly projects = new Map<number, ProjectState>();

  get(projectId: number): ProjectState {
    let state = this.projects.get(projectId);
    if (!state)
      this.projects.set(
        projectId,
        (state = { file: undefined, pushes: new Set(), skipped: new Map(), fanout: undefined }),
      );
    return state;
  }

  /** Takes a record of the changelog; null deletes. */
  restore(key: string, value: PolicyState | null): void {
    const project = this.get(value?.policy_project_id ?? parseInt(key, 10));
    if (!value) {
      const [, family, ...pushId] = key.split('/');
      if (family === 'fanout') project.fanout = undefined;
      if (family === 'skipped') project.skipped.delete(pushId.join('/'));
      return;
    }
    if (value.file) project.file = fileState(value.file);
    if (value.push && !value.push.skipped) project.pushes.add(value.push.push_id);
    if (value.skipped) project.skipped.set(value.skipped.push_id, fileState(value.skipped));
    if (value.fanout) project.fanout = value.fanout;
  }
}

const fileState = ({ valid, policies }: Pick<PolicyFileState, 'valid' | 'policies'>): FileState => ({
  valid,
  policies: JSON.parse(policies) as Policy[],
});
