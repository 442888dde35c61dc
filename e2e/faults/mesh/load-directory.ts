import type { Mesh } from '@auditmesh/local-stack';
import { callsFor, type PlannedDirectory } from '../plan/directory.ts';

/** Puts the directory into the mesh; resolves when every part can know of it. @throws Error if the api refuses */
export async function loadDirectory(
  mesh: Mesh,
  directory: PlannedDirectory,
  signal: AbortSignal,
): Promise<void> {
  const calls = [...callsFor(directory)];
  for (const [i, call] of calls.entries()) {
    // What stands on the namespaces must find them there; the rest is waited for at the end.
    const wait = call.namespaces || i === calls.length - 1 ? '?wait=projected' : '';
    const response = await fetch(`${mesh.url('api')}/api/v1/directory${wait}`, {
      method: 'PUT',
      signal,
      headers: { authorization: `Bearer ${mesh.run.api_token}`, 'content-type': 'application/json' },
      body: JSON.stringify(call),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`The directory was answered with ${response.status}: ${text.slice(0, 300)}`);
  }
}
