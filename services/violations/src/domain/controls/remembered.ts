import { isOpen, type ViolationStatus } from '@auditmesh/compliance';
import type { ComplianceState } from '@auditmesh/events';
import { ControlTracks, type ControlTrack, restoreTrack, trackState } from './control-tracks.js';
import { type Row, ViolationTable } from './violation-table.js';

/** A record of `violations.states.v1`. */
export interface StateRecord {
  key: string;
  value: ComplianceState | null;
}

const noFamily: ComplianceState = { violation: null, control: null, relapse: null, command: null };
/** Tombstones of one transaction. */
const FORGET_AT_ONCE = 1_000;

/** What a task remembers of violations, controls and commands, and what of it is to be written. */
export class Remembered {
  readonly violations = new ViolationTable();
  private readonly tracks = new ControlTracks();
  /** When each may be forgotten, µs, in the order in which they came. */
  private readonly commands = new Map<string, number>();
  private readonly changedRows = new Set<Row>();
  private readonly changedTracks = new Set<ControlTrack>();
  private readonly awaitedTracks = new Set<ControlTrack>();
  private otherChanges: StateRecord[] = [];
  private openCount = 0;

  /** Takes in a record of the changelog; keys come in any order, and of one key the last counts. */
  restore(key: string, value: ComplianceState | null): void {
    const id = key.slice(key.indexOf('/') + 1);
    if (value?.violation) {
      const { project_id, control, occurred_at, changed_at, number, status } = value.violation;
      const known = this.violations.find(id);
      const row = known ?? this.violations.add(id, this.track(project_id, control).number, occurred_at);
      this.violations.setStatus(row, status as ViolationStatus, changed_at);
      this.violations.setNumber(row, number);
    } else if (value?.control) {
      const track = this.track(value.control.project_id, value.control.control);
      restoreTrack(track, value.control);
      this.await(track);
    } else if (value?.relapse) {
      if (!this.violations.has(id)) this.violations.addRelapse(id);
    } else if (key.startsWith('command/')) {
      this.commands.delete(id);
      if (value?.command) this.commands.set(id, value.command.forget_at);
    }
  }

  /** To be called when all is taken in. */
  restored(): void {
    for (const row of this.violations.rows()) if (this.violations.isOpen(row)) this.list(row);
  }

  /** What is known of a control of a project, to begin with nothing. */
  track(projectId: number, control: string): ControlTrack {
    return this.tracks.of(projectId, control);
  }

  trackOf(row: Row): ControlTrack {
    return this.tracks.numbered(this.violations.trackOf(row));
  }

  /** Every control of a project that anything is known of. */
  allTracks(): Iterable<ControlTrack> {
    return this.tracks;
  }

  /** Violations that are open. */
  get open(): number {
    return this.openCount;
  }

  /** Open violations of the control of which nothing newer is known, the newest told first: what was done later stands. */
  openUntil(track: ControlTrack, at: number): Row[] {
    const rows: Row[] = [];
    for (let row = track.listed; row !== undefined; row = this.violations.next(row))
      if (this.violations.changedAt(row) <= at) rows.push(row);
    return rows;
  }

  addViolation(id: string, track: ControlTrack, occurredAt: number): void {
    const row = this.violations.add(id, track.number, occurredAt);
    this.list(row);
    this.changedRows.add(row);
  }

  /** @returns the status before */
  setStatus(row: Row, status: ViolationStatus, at: number): ViolationStatus {
    const before = this.violations.status(row);
    if (isOpen(before) && !isOpen(status)) this.unlist(row);
    this.violations.setStatus(row, status, at);
    if (!isOpen(before) && isOpen(status)) this.list(row);
    this.changedRows.add(row);
    return before;
  }

  /** @returns the number of the next transition, comment or link */
  nextNumber(row: Row): number {
    const number = this.violations.number(row) + 1;
    this.violations.setNumber(row, number);
    this.changedRows.add(row);
    return number;
  }

  /** Controls of which a verdict is awaited until some time. */
  awaited(): ControlTrack[] {
    return [...this.awaitedTracks];
  }

  /** To be called after a track has changed, but for its violations. */
  changed(track: ControlTrack): void {
    this.changedTracks.add(track);
    this.await(track);
  }

  addRelapse(id: string, violation_id: string): void {
    this.violations.addRelapse(id);
    this.otherChanges.push({ key: `relapse/${id}`, value: { ...noFamily, relapse: { violation_id } } });
  }

  /** Whether the command was handled before. */
  hasCommand(id: string): boolean {
    return this.commands.has(id);
  }

  /** @param forget_at from when on it cannot come again, µs */
  addCommand(id: string, forget_at: number): void {
    this.commands.set(id, forget_at);
    this.otherChanges.push({ key: `command/${id}`, value: { ...noFamily, command: { forget_at } } });
  }

  /** Forgets commands that are due. @param now µs */
  forgetCommands(now: number): void {
    let left = FORGET_AT_ONCE;
    for (const [id, forgetAt] of this.commands) {
      if (forgetAt > now || left-- === 0) return;
      this.commands.delete(id);
      this.otherChanges.push({ key: `command/${id}`, value: null });
    }
  }

  /** What has changed since this was last asked. */
  takeChanges(): StateRecord[] {
    const changes = this.otherChanges;
    for (const row of this.changedRows) changes.push(this.violationRecord(row));
    for (const track of this.changedTracks)
      changes.push({
        key: `control/${track.projectId}/${track.control}`,
        value: { ...noFamily, control: trackState(track) },
      });
    this.otherChanges = [];
    this.changedRows.clear();
    this.changedTracks.clear();
    return changes;
  }

  private await(track: ControlTrack): void {
    if (track.dueAt === null) this.awaitedTracks.delete(track);
    else this.awaitedTracks.add(track);
  }

  private violationRecord(row: Row): StateRecord {
    const { violations } = this;
    const { projectId: project_id, control } = this.trackOf(row);
    const violation = {
      project_id,
      control,
      occurred_at: violations.occurredAt(row),
      changed_at: violations.changedAt(row),
      number: violations.number(row),
      status: violations.status(row),
    };
    return { key: `violation/${violations.idOf(row)}`, value: { ...noFamily, violation } };
  }

  private list(row: Row): void {
    const track = this.trackOf(row);
    this.violations.setNext(row, track.listed);
    track.listed = row;
    track.open++;
    this.openCount++;
  }

  private unlist(row: Row): void {
    const { violations } = this;
    const track = this.trackOf(row);
    if (track.listed === row) track.listed = violations.next(row);
    else {
      let before = track.listed!;
      while (violations.next(before) !== row) before = violations.next(before)!;
      violations.setNext(before, violations.next(row));
    }
    track.open--;
    this.openCount--;
  }
}
