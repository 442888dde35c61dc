import { isIP } from 'node:net';
import { counter, type Logger } from '@auditmesh/runtime';
import type { ActorContext } from '../domain/devices/device-actor.js';
import type { RawLine } from '../domain/devices/line-splitter.js';
import { overflowEntry } from '../domain/devices/overflow-entry.js';
import type { UseRules } from '../domain/devices/secret-use.js';
import { cutOff, takeLine, type TakenLine } from '../domain/devices/taken-line.js';
import type { DeviceWrite, DeviceWriter } from './device-writer.js';
import type { LostLine } from './lost-line.js';

const lines = counter(
  'auditmesh_device_lines_total',
  'Lines of audit devices, by what became of them: taken, skipped (no use of a secret), rejected (to the dead-letter queue), refused (not taken, since Kafka was away).',
  ['device', 'result'],
);

/** Where lines come from. */
export interface LineSource {
  device: string;
  /** http | socket | file */
  intake: string;
  /** Which connection, request or file; the position of a line comes after it. */
  place: string;
}

/** What became of lines. */
export interface Taken {
  taken: number;
  skipped: number;
  rejected: number;
}

export interface DeviceRules {
  uses: UseRules;
  logins: ActorContext['logins'];
  /** By device. */
  prefixes: ReadonlyMap<string, string>;
}

interface Episode {
  since: number;
  lost: number;
}

/** Takes lines of audit devices, whichever way they come. */
export class DeviceIntake {
  /** Devices whose lines are being refused. */
  private readonly refused = new Map<string, Episode>();

  constructor(
    private readonly writer: DeviceWriter,
    private readonly rules: DeviceRules,
    private readonly log: Logger,
  ) {}

  /**
   * Resolves when each line that is to be kept is in Kafka, as an entry or as a dead letter.
   *
   * @param cut a line whose end did not come
   * @throws QueueFull, or kafkajs errors; then any part of them may be written, and all may be taken again
   */
  async take(source: LineSource, whole: RawLine[], cut?: RawLine): Promise<Taken> {
    const { device } = source;
    const write: DeviceWrite = { entries: [], lost: [] };
    const result: Taken = { taken: 0, skipped: 0, rejected: 0 };
    const judge = (line: RawLine, judged: TakenLine) => {
      if ('entry' in judged) write.entries.push(judged.entry);
      if ('fault' in judged) write.lost.push(lostLine(source, line, judged.fault));
      result['entry' in judged ? 'taken' : 'fault' in judged ? 'rejected' : 'skipped']++;
    };
    for (const line of whole) judge(line, takeLine(line, this.contextOf(device), this.rules.uses));
    if (cut) judge(cut, cutOff());
    if (write.entries.length || write.lost.length)
      await this.write(
        device,
        write,
        whole.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0),
      );
    for (const [name, count] of Object.entries(result)) lines.inc({ device, result: name }, count);
    return result;
  }

  /**
   * Notes that lines were refused; the first one that is taken brings the word of it. What was only late, and is taken
   * after all, is not counted if that is known by then.
   */
  refuse(device: string, count: number, why: unknown, work: Promise<unknown>): void {
    lines.inc({ device, result: 'refused' }, count);
    let episode = this.refused.get(device);
    if (!episode) {
      episode = { since: Date.now() * 1_000, lost: 0 };
      this.refused.set(device, episode);
      this.log.warn({ err: why, device }, 'lines of the audit device are refused');
    }
    episode.lost += count;
    const admit = () => void (episode.lost -= count);
    work.then(admit, () => undefined);
  }

  /** Tells that an unknown number of lines is gone. @throws as take */
  async tellGap(device: string): Promise<void> {
    await this.writer.write({ entries: [overflowEntry(device, Date.now() * 1_000, null)], lost: [] }, 0);
  }

  /** Writes, and with it the word of lines that were refused before. */
  private async write(device: string, write: DeviceWrite, bytes: number): Promise<void> {
    const episode = this.refused.get(device);
    if (episode?.lost) write.entries.unshift(overflowEntry(device, episode.since, episode.lost));
    await this.writer.write(write, bytes);
    if (!episode || this.refused.get(device) !== episode) return;
    this.refused.delete(device);
    this.log.info({ device, refused: episode.lost }, 'lines of the audit device are taken again');
  }

  private contextOf(device: string) {
    return {
      device,
      prefix: this.rules.prefixes.get(device) ?? '',
      now: Date.now() * 1_000,
      logins: this.rules.logins,
      isIp,
    };
  }
}

const isIp = (text: string): boolean => isIP(text) > 0;

const lostLine = (
  { device, intake, place }: LineSource,
  line: RawLine,
  fault: LostLine['fault'],
): LostLine => ({
  device,
  intake,
  position: `${place} byte ${line.position}`,
  size: line.size,
  fault,
});
