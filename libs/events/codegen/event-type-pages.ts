import { eventJson, exampleEvent, type EventExample, type EventType } from '@auditmesh/events';
import { generatedNote, table } from './markdown.ts';

/** A page for people about an event type. */
export function eventTypePage(type: EventType, example: EventExample): string {
  const { name, description, saved_to_database: saved, streamed, scope } = type;
  const controls = [...new Set(type.compliance_requirement_controls ?? [])].map(
    (control) => `\`${control}\``,
  );
  const event = exampleEvent(type, example);
  const place = saved ? 'As `GET /api/v1/audit-events/{id}` gives it' : 'As a destination gets it';
  return (
    [
      `# ${name}`,
      `<!-- ${generatedNote} -->`,
      `${description}.`,
      table(
        ['', ''],
        [
          ['Category', `\`${type.category ?? 'activity'}\``],
          ['Belongs to', scope.map((each) => each.toLowerCase()).join(', ')],
          ['Saved', saved ? 'yes, it can be searched' : 'no, it is only streamed'],
          ['Streamed', streamed ? 'yes' : 'no, it never leaves through a destination'],
          ['Controls it triggers', controls.join(', ') || 'none'],
          ['Details', detailsOf(event)],
        ],
      ),
      `## When it is emitted\n\n${example.emitted}`,
      `## Example\n\n${place}:\n\n\`\`\`json\n${JSON.stringify(eventJson(event), null, 2)}\n\`\`\``,
      `[All event types](README.md)`,
    ].join('\n\n') + '\n'
  );
}

const common = ['actor', 'scope', 'target', 'consolidation', 'cause', 'contents'];
function detailsOf(event: ReturnType<typeof exampleEvent>): string {
  if (event.attributes !== null) return 'an object, as in the example';
  const [family] = Object.entries(event).find(
    ([name, value]) => !common.includes(name) && value !== null && typeof value === 'object',
  ) ?? [undefined];
  return family ? `the record \`${family}\`, see the [topic](../topics/audit.events.v1.md)` : 'none';
}

const yes = (value: boolean): string => (value ? 'yes' : 'no');

/** The list of all types, by category. */
export function eventTypeIndex(types: readonly EventType[]): string {
  const categories = [...new Set(types.map(({ category }) => category ?? 'activity'))].sort();
  const sections = categories.map((category) => {
    const rows = types
      .filter((type) => (type.category ?? 'activity') === category)
      .map(({ name, description, scope, saved_to_database, streamed }) => [
        `[\`${name}\`](${name}.md)`,
        description,
        scope.map((each) => each.toLowerCase()).join(', '),
        yes(saved_to_database),
        yes(streamed),
      ]);
    return `## ${category}\n\n${table(['type', 'what has happened', 'belongs to', 'saved', 'streamed'], rows)}`;
  });
  return (
    [
      '# Event types',
      `<!-- ${generatedNote} -->`,
      `${types.length} types come with the mesh. Their names are GitLab's where GitLab has the type. Secret reads, violations and enforcement failures, which GitLab only streams, are saved here. More types, such as GitLab's own, are loaded from a folder: see [GitLab](../gitlab.md).`,
      ...sections,
    ].join('\n\n') + '\n'
  );
}
