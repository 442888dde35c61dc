import {
  complianceTimelines,
  LATEST,
  requiredOverTime,
  runAt,
  type ComplianceFacts,
  type ComplianceStatus,
  type ControlFacts,
  type DirectoryOverTime,
  type Standing,
} from '@auditmesh/compliance';

/** What became known of a project. Times are µs since the epoch. */
export interface Touch {
  /** Nothing before this time is concerned; -Infinity if the directory changed. */
  from: number;
  /** By control, the first of its new violations; undefined if something else than new violations became known. */
  failing: Map<string, number> | undefined;
}

/** How a requirement stands in a project, and since when. */
export interface StatusRow {
  namespaceId: number;
  status: ComplianceStatus;
  since: number;
}

/** By requirement. */
export type StatusRows = ReadonlyMap<number, StatusRow>;

/** Facts about a project that are needed to go on from its rows. */
export interface Question {
  projectId: number;
  /** Facts that count before this time and not after it are not needed. */
  from: number;
  controls: readonly string[];
}

/** A project whose statuses are to be told anew. */
export class ProjectStatuses {
  private readonly standing: Standing | undefined;
  private readonly ids: readonly number[];
  private from = -Infinity;
  private required: ComplianceFacts['required'] = [];

  constructor(
    private readonly directory: DirectoryOverTime,
    private readonly projectId: number,
    private readonly touch: Touch,
    private readonly rows: StatusRows,
  ) {
    this.standing = directory.standing(projectId, LATEST);
    const frameworks = this.standing?.frameworks ?? [];
    this.ids = [...new Set(frameworks.flatMap(({ requirements }) => requirements.map(({ id }) => id)))];
  }

  /** The new rows, where no more facts are needed for them. */
  withoutFacts(): StatusRows | undefined {
    const { failing, from } = this.touch;
    if (!this.ids.length) return new Map();
    if (!failing || !this.goesOnFrom(from)) return undefined;
    const rows = new Map(this.rows);
    for (const [control, at] of failing)
      for (const { requirement_id } of this.standing!.required.get(control) ?? []) {
        const { status, since } = rows.get(requirement_id)!;
        if (status !== 'fail' || since > at) rows.set(requirement_id, this.row('fail', at));
      }
    return rows;
  }

  question(): Question {
    const { projectId } = this;
    this.from = this.goesOnFrom(this.touch.from) ? this.touch.from : -Infinity;
    this.required = this.requiredFrom(this.from);
    const requirements = this.required.flatMap((each) => each.requirements);
    return {
      projectId,
      from: this.from,
      controls: [...new Set(requirements.flatMap((each) => each.controls))],
    };
  }

  /** @param controls what was asked for, by name */
  withFacts(controls: ReadonlyMap<string, ControlFacts>): StatusRows {
    const { requirements } = complianceTimelines({ required: this.required, controls });
    return new Map(
      this.ids.map((id) => {
        const { status, from: since } = runAt(requirements.get(id)!, LATEST)!;
        const before = this.rows.get(id);
        const goesOn = since === this.from && before?.status === status;
        return [id, this.row(status!, goesOn ? before.since : since)];
      }),
    );
  }

  private row(status: ComplianceStatus, since: number): StatusRow {
    return { namespaceId: this.standing!.project.namespace_id, status, since };
  }

  /** Whether the rows say how everything stood right before that time, and nothing else is required since then. */
  private goesOnFrom(time: number): boolean {
    if (!this.standing || this.standing.from >= time || this.rows.size !== this.ids.length) return false;
    return this.ids.every((id) => (this.rows.get(id)?.since ?? Infinity) < time);
  }

  /** Of what is required now, what was required from that time on. */
  private requiredFrom(from: number): ComplianceFacts['required'] {
    const ids = new Set(this.ids);
    return requiredOverTime(this.directory, this.projectId, from).map(({ at, requirements }) => ({
      at,
      requirements: requirements.filter(({ requirement_id }) => ids.has(requirement_id)),
    }));
  }
}
