import type { RunInfo } from './run-file.js';

/** What the user reads when everything runs: where things are and what to try next. Holds no secret. */
export function readyText(run: RunInfo, detached: boolean): string {
  const token = `$(node -p "require('./.auditmesh/run.json').api_token")`;
  return `
Auditmesh is running.

  API              ${run.api_url}
  API docs         ${run.api_url}/api/docs
  Kafka            ${run.kafka_brokers}
  Schema registry  ${run.schema_registry_url}
  PostgreSQL       ${withoutPassword(run.database_url)}

Its token and the full URLs are in .auditmesh/run.json, the logs in .auditmesh/logs. Try next:

  npx auditmesh directory import FILE.yml
  npx auditmesh policies import --repo PATH --policy-project ID
  curl -H "Authorization: Bearer ${token}" "${run.api_url}/api/v1/audit-events?limit=5"

${detached ? '"npm stop" stops everything.' : 'Ctrl-C stops everything.'}`;
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
