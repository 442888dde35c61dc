import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { allPages } from '../mesh/all-pages.js';
import { ApiClient } from '../mesh/api-client.js';
import { namespaceId, projectId } from './options.js';

/** A framework as the api shows it. */
export interface Framework {
  id: number;
  namespace: number;
  name: string;
  description: string;
  by_default: boolean;
  projects?: number[];
  projects_count: number;
  groups: number[];
  requirements: {
    id: number;
    name: string;
    controls: string[];
    external_controls: { id: number; name: string; url: string }[];
  }[];
}

export const frameworksList = (parent: Command, context: CommandContext): Command =>
  parent
    .command('list')
    .summary('list the frameworks')
    .description('Lists the compliance frameworks, by id, with what they are assigned to.')
    .option('--namespace <id>', 'only those that this root namespace owns', namespaceId)
    .option(
      '--project <id>',
      'only those of this project: assigned to it, to one of its groups, or by default',
      projectId,
    )
    .addHelpText('after', '\nExample:\n  auditmesh frameworks list --project 70')
    .action(({ namespace, project }: { namespace?: number; project?: number }) =>
      context.run(async (output) => {
        const query = new URLSearchParams();
        if (namespace !== undefined) query.set('namespace', String(namespace));
        if (project !== undefined) query.set('project', String(project));
        const frameworks: Framework[] = [];
        for await (const items of allPages<Framework>(
          new ApiClient(context.mesh()),
          `/api/v1/frameworks?${query}`,
        ))
          frameworks.push(...items);
        for (const framework of frameworks) output.say(lineOf(framework));
        output.say(`${frameworks.length} frameworks.`);
        output.result({ frameworks });
      }),
    );

/** The framework in a line. */
export function lineOf(framework: Framework): string {
  const { id, namespace, name, requirements } = framework;
  return `${id}  ${name} (namespace ${namespace}): ${requirements.length} requirements; ${assignedTo(framework)}`;
}

function assignedTo({ projects_count, groups, by_default }: Framework): string {
  const parts = [
    ...(projects_count ? [`${projects_count} projects`] : []),
    ...(groups.length ? [`groups ${groups.join(', ')}`] : []),
    ...(by_default ? ['by default'] : []),
  ];
  return parts.length
    ? `assigned to ${parts.join(', ')}`.replace('assigned to by default', 'by default')
    : 'assigned to nothing';
}
