/** A program of the checkout that Node runs: its file, relative to the checkout, and its arguments. */
export interface NodeProgram {
  name: string;
  /** What the user reads while it runs, and in errors. */
  title: string;
  args: string[];
}

/** A program that runs for as long as the mesh does, and answers at HTTP_PORT. */
export interface ServiceProgram extends NodeProgram {
  /** Whether it gets API_TOKEN, with which everything may be done, EVIDENCE_SIGNING_KEY and SECRETS_KEY. */
  holdsSecrets?: boolean;
}

/** What has to be done before the services start, in this order. Each runs at every start and so must be repeatable. */
export const steps: NodeProgram[] = [
  { name: 'topics', title: 'Topics', args: ['services/cli/dist/main.js', 'topics', 'apply'] },
  { name: 'schemas', title: 'Schemas', args: ['services/cli/dist/main.js', 'schemas', 'register'] },
  migration('projector'),
  migration('api'),
];

/** All start together. To add one, add a line. */
export const services: ServiceProgram[] = [
  service('policy-sync'),
  service('secret-access'),
  service('violations'),
  service('consolidator'),
  service('projector'),
  { ...service('api'), holdsSecrets: true },
];

/** Loaded once, after the first start. */
export const demo: NodeProgram = { name: 'demo', title: 'Demo', args: ['services/cli/dist/main.js', 'demo'] };

function migration(service: string): NodeProgram {
  return {
    name: `migrate-${service}`,
    title: `Tables of ${service}`,
    args: [`services/${service}/dist/migrate.main.js`],
  };
}

function service(name: string): ServiceProgram {
  return { name, title: name, args: [`services/${name}/dist/main.js`] };
}
