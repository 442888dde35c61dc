import type { Actor } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { ComplianceLimits } from '../compliance/compliance-limits.js';
import { ComplianceTurns } from '../compliance/compliance-turns.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { DirectoryChanges, type ChangesMade } from './directory-changes.js';
import type { DirectoryDocument } from './directory-document.js';
import { entriesOf, foreignNamespaces, foreignProjects } from './directory-entries.js';

/** Takes the directory, or a part of it: what is new, different or removed becomes a change. */
@Injectable()
export class ImportDirectory {
  constructor(
    private readonly rows: DirectoryRows,
    private readonly changes: DirectoryChanges,
    private readonly turns: ComplianceTurns,
    private readonly limits: ComplianceLimits,
  ) {}

  /** Resolves when the changes are in Kafka. @throws Problem 400 naming every reference that leads nowhere */
  async import(document: DirectoryDocument, actor: Actor): Promise<ChangesMade> {
    const known = {
      namespaces: await this.rows.tenants('namespaces', foreignNamespaces(document)),
      projects: await this.rows.tenants('projects', foreignProjects(document)),
    };
    const { entries, faults } = entriesOf(document, known);
    if (faults.length) throw doesNotFit(faults);
    const tenants = entries
      .filter(({ entry }) => entry.framework ?? entry.control)
      .map(({ entry }) => entry.tenant);
    if (!tenants.length) return this.changes.write(entries, actor);
    return this.turns.alone(tenants, async () => {
      const beyond = await this.limits.faults(entries);
      if (beyond.length) throw doesNotFit(beyond);
      return this.changes.write(entries, actor);
    });
  }
}

const doesNotFit = (faults: { parameter: string; detail: string }[]): Problem =>
  new Problem(
    400,
    `The directory does not fit together: ${faults[0]!.parameter}: ${faults[0]!.detail}.`,
    faults,
  );
