import type { ProjectFacts } from '@auditmesh/controls';
import type { Project } from '@auditmesh/events';

/** A project as controls read it. Settings that are no JSON object count as none. */
export function projectFacts({
  id,
  path,
  namespace_id,
  archived,
  personal,
  settings,
}: Project): ProjectFacts {
  return { id, path, namespace_id, archived, personal, settings: settingsOf(settings) };
}

function settingsOf(text: string): Record<string, unknown> {
  try {
    const settings: unknown = JSON.parse(text);
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings))
      return settings as Record<string, unknown>;
  } catch {
    // as below
  }
  return {};
}
