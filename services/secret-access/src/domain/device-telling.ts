import { topics, type SecretDeviceEntry } from '@auditmesh/events';
import { deviceSource, deviceUse, remarkOn } from './device-use.js';
import type { UseRules } from './devices/secret-use.js';
import type { Halves } from './devices/waiting-entries.js';
import type { Places } from './places.js';
import { overflowEvent } from './producer-event.js';
import { eventOfUse, type LoggedEvent } from './secret-event.js';
import type { TaskState } from './task-state.js';

/** What all devices of a server tell of one request is told once. */
const IDENTITY = 'openbao';

/** Tells of entries of audit devices, one after the other as they lie on one partition. */
export class DeviceTeller {
  constructor(
    private readonly state: TaskState,
    private readonly places: Places,
    private readonly rules: UseRules,
  ) {}

  /**
   * What is to be told because of an entry, and of those that have waited long enough before it.
   *
   * @param appended append time, µs
   */
  tell(entry: SecretDeviceEntry, appended: number): LoggedEvent[] {
    const { seen, waiting } = this.state;
    const events = this.due(appended);
    if (entry.kind === 'overflow') {
      if (seen.add(IDENTITY, entry.request_id, appended)) events.push(this.overflow(entry));
      return events;
    }
    if (seen.has(IDENTITY, entry.request_id)) return events;
    const halves = waiting.add(entry, appended);
    if (halves) events.push(...this.use(halves, appended));
    return events;
  }

  /** The requests whose other half has not come in time. @param clock the log's, µs */
  due(clock: number): LoggedEvent[] {
    return this.state.waiting.takeDue(clock).flatMap((halves) => this.use(halves, clock));
  }

  private use(halves: Halves, clock: number): LoggedEvent[] {
    const id = (halves.request ?? halves.response)!.request_id;
    if (!this.state.seen.add(IDENTITY, id, clock)) return [];
    const reported = deviceUse(halves, this.rules);
    if (!reported) return [];
    const { secret_id, mount } = reported.use;
    const { log, event } = eventOfUse(
      reported,
      this.places.ofSecret({ secret_id, mount, secret_path: null }),
    );
    return [{ log, event: { ...event, message: event.message + remarkOn(reported) } }];
  }

  private overflow({ device, occurred_at, lost }: SecretDeviceEntry): LoggedEvent {
    const id = deviceSource(device);
    const producer = { id, place: this.places.ofProducer(id), topic: topics.secretDeviceEntries.name };
    return overflowEvent(producer, device, occurred_at, lost);
  }
}
