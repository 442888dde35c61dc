import { ControlSets, externalControl, type DirectoryOverTime } from '@auditmesh/compliance';
import { formatMicros, type UserControl } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import { isOfMesh } from '../compliance/control-texts.js';
import { standings, type FrameworkVersion, type Standing } from './framework-versions.js';
import type { Period } from './period.js';

/** An expression that violations broke. */
export interface SeenExpression {
  expression: string;
  /** When the first and the last of them were detected, RFC 3339. */
  first_detected_at: string;
  last_detected_at: string;
  violations: number;
}

/** By control. */
export type SeenExpressions = ReadonlyMap<string, SeenExpression[]>;

interface ControlVersion {
  title?: string;
  severity?: string;
  triggers?: readonly string[];
  /** In CEL. */
  expression?: string | null;
  resolves_when?: string | null;
  /** The file that a user wrote. */
  definition?: string;
}

export interface ControlOverTime {
  name: string;
  /** Where it comes from: with the service, from its folder, written by users, or answered by another system. */
  kind: 'built_in' | 'folder' | 'own' | 'external';
  /** As it stood over the period; of a control that comes with the service or its folder, only as it is now. */
  versions: (Standing<ControlVersion> | (ControlVersion & { as_of: string }))[];
  /** What violations of the period broke, each with the expression of its time. */
  seen: SeenExpression[];
  /** Whether one of them broke another expression than that of now; only where earlier ones are not kept. */
  changed?: boolean;
}

/** What a pack is about, and when. */
export interface ControlsAsked {
  directory: DirectoryOverTime;
  rootId: number;
  versions: readonly FrameworkVersion[];
  /** At which something may have changed, µs since the epoch, ascending. */
  times: readonly number[];
  period: Period;
  seen: SeenExpressions;
  /** µs since the epoch. */
  madeAt: number;
}

/** Tells of the controls that a framework asked for. */
@Injectable()
export class EvidenceControls {
  constructor(private readonly sets: ControlSets) {}

  /** Every control that the versions ask for, with its expressions as far as they are known. */
  of(asked: ControlsAsked): ControlOverTime[] {
    const requirements = asked.versions.flatMap((version) => version.requirements);
    const external = requirements.flatMap(({ external_controls }) => external_controls.map(({ id }) => id));
    const internal = new Set(requirements.flatMap(({ controls }) => controls));
    return [
      ...[...internal].sort().map((name) => this.control(name, asked)),
      ...[...new Set(external)].map((id): ControlOverTime => {
        const name = externalControl(id);
        return { name, kind: 'external', versions: [], seen: [] };
      }),
    ];
  }

  private control(name: string, asked: ControlsAsked): ControlOverTime {
    const { directory, rootId, times, period, madeAt } = asked;
    const seen = asked.seen.get(name) ?? [];
    const control = this.sets.common.get(name);
    if (control) {
      const { title, severity, triggers, expression, resolvesWhen: resolves_when } = control;
      const version = { title, severity, triggers, expression, resolves_when };
      return {
        name,
        kind: isOfMesh(control) ? 'built_in' : 'folder',
        versions: [{ as_of: formatMicros(madeAt), ...version }],
        seen,
        changed: seen.some((each) => each.expression !== expression),
      };
    }
    const ofUser = (at: number): UserControl | undefined =>
      directory.controlsOf(rootId, at).controls.find((each) => each.name === name);
    const written = standings(times, period, ofUser);
    const versions = written.map(({ definition, from, to }) => ({ definition, from, to }));
    return { name, kind: 'own', versions, seen };
  }
}
