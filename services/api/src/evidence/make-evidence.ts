import type { Readable } from 'node:stream';
import { formatMicros } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { may } from '../domain/principal.js';
import type { Looker } from '../domain/trail-read.js';
import {
  directoryOfTenant,
  frameworkTimes,
  latestFramework,
  projectsEver,
} from '../store/compliance-facts.js';
import { Snapshot } from '../store/snapshot.js';
import { EvidenceControls } from './evidence-controls.js';
import { signerOf } from './evidence-key.controller.js';
import { projectsCsv, statusCsv } from './evidence-files.js';
import { EvidenceViolations } from './evidence-violations.js';
import { assignmentsOf } from './framework-assignments.js';
import { frameworkVersions } from './framework-versions.js';
import type { Period } from './period.js';
import { readMe } from './read-me.js';
import { signedPack, type PackFile } from './signed-pack.js';
import { EVIDENCE_SIGNER, type EvidenceSigner } from './signing-key.js';

/** Each holds a connection and a snapshot of the tables for as long as it is read. */
const AT_ONCE = 2;
/** Then whoever reads it has stopped. */
const LONGEST_MS = 3_600_000;

type FrameworkName = { id: number; name: string; tenant: string };

/** Makes evidence packs. */
@Injectable()
export class MakeEvidence {
  private making = 0;

  constructor(
    private readonly source: DataSource,
    private readonly violations: EvidenceViolations,
    private readonly controls: EvidenceControls,
    @Inject(EVIDENCE_SIGNER) private readonly signer: EvidenceSigner | null,
  ) {}

  /**
   * A pack, made while it is read, of the tables as they are now.
   *
   * @throws Problem 404, also if the caller does not reach the whole tenant; 429 if others are being made
   */
  async of(frameworkId: number, period: Period, looker: Looker): Promise<Readable> {
    const signer = signerOf(this.signer);
    const framework = await this.frameworkFor(looker, frameworkId);
    if (this.making >= AT_ONCE)
      throw new Problem(429, `${AT_ONCE} evidence packs are being made already; try again in a minute.`);
    this.making++;
    const done = (): void => void this.making--;
    try {
      const snapshot = await Snapshot.take(this.source);
      try {
        const pack = await this.pack(snapshot, framework, period, looker, signer);
        const timer = setTimeout(() => pack.destroy(new Error('nobody reads the pack')), LONGEST_MS).unref();
        return pack.once('close', () => {
          clearTimeout(timer);
          void snapshot.release().finally(done);
        });
      } catch (error) {
        await snapshot.release();
        throw error;
      }
    } catch (error) {
      done();
      throw error;
    }
  }

  private async frameworkFor({ principal }: Looker, id: number): Promise<FrameworkName> {
    const framework = await latestFramework(this.source, id);
    const place = framework && { root_namespace_id: framework.tenant, path: null };
    if (!place || !may(principal, 'compliance:read', place))
      throw new Problem(404, `There is no framework ${id}.`);
    return framework;
  }

  private async pack(
    { rows }: Snapshot,
    framework: FrameworkName,
    period: Period,
    looker: Looker,
    signer: EvidenceSigner,
  ): Promise<Readable> {
    const { id, name, tenant } = framework;
    const madeAt = Date.now();
    const directory = await directoryOfTenant(rows, tenant);
    const times = await frameworkTimes(rows, tenant, id);
    const versions = frameworkVersions(directory, id, times, period);
    const controls = this.controls.of({
      ...{ directory, rootId: Number(tenant), versions, times, period, madeAt: madeAt * 1000 },
      seen: await this.violations.expressions(rows, id, period, looker),
    });
    const projects = await projectsEver(rows, tenant);
    const assignments = projects.flatMap((project) => [...assignmentsOf(directory, id, project, period)]);
    const files: PackFile[] = [
      {
        name: 'README.txt',
        content: () => [readMe(framework, period, madeAt * 1000, signer.fingerprint)],
      },
      {
        name: 'framework.json',
        content: () => [`${JSON.stringify({ id, name, versions, controls }, null, 2)}\n`],
      },
      { name: 'projects.csv', content: () => projectsCsv(assignments) },
      { name: 'status.csv', content: () => statusCsv(rows, directory, id, assignments, period) },
      ...this.violations.files(rows, id, period, looker),
    ];
    const head = {
      format: 'auditmesh-evidence/1',
      framework: { id, name },
      from: formatMicros(period.from),
      to: formatMicros(period.to),
      made_at: formatMicros(madeAt * 1000),
      made_by: { id: looker.principal.id, name: looker.principal.name },
    };
    return signedPack(files, head, new Date(madeAt), signer);
  }
}
