import { setTimeout as wait } from 'node:timers/promises';
import { logKey, topics } from '@auditmesh/events';
import { RecordProducer } from '@auditmesh/kafka';
import { auditEvent, TENANT } from '../../load/audit-events.ts';
import { below, randomFrom } from '../../load/random.ts';
import { now } from '../../measure/clock.ts';
import { percentile, significant } from '../../measure/statistics.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import type { Mesh } from '../../stack/mesh.ts';

/** The pause before each event is chosen between these, so that no period of the services hides. */
const PAUSE_MS = { least: 200, spread: 800 };
const LOOK_MS = 5;

/** How long single events take, when nothing else happens, from publishing them to finding them by the API. */
export async function atRest(mesh: Mesh, count: number): Promise<Record<string, number>> {
  const random = randomFrom(3);
  const producer = new RecordProducer(mesh.corner.client, await mesh.corner.open([topics.auditEvents]));
  await producer.connect();
  const took: number[] = [];
  try {
    for (let number = 0; number < count; number++) {
      await wait(PAUSE_MS.least + below(PAUSE_MS.spread, random));
      const target = { type: 'probe', id: `probe-${number}`, name: null };
      const value = { ...auditEvent(number, Date.now() * 1000, TENANT, random), target };
      const path = `/api/v1/audit-events?target=${target.id}`;
      const isFound = async () => (await mesh.call<{ items: unknown[] }>('GET', path)).items.length > 0;
      const published = now();
      await producer.send(topics.auditEvents, [{ key: logKey(TENANT), value }]);
      await waitUntil(`${target.id} is found`, isFound, {
        needs: [...mesh.programs.values()],
        everyMs: LOOK_MS,
      });
      took.push(now() - published);
    }
  } finally {
    await producer.disconnect();
  }
  return {
    at_rest_p50_ms: significant(percentile(took, 0.5)),
    at_rest_max_ms: significant(percentile(took, 1)),
  };
}
