// A service as the supervisor sees one: ready at HTTP_PORT, ends by SIGTERM. Prints its environment for the tests.
import { createServer } from 'node:http';

const { HTTP_HOST, HTTP_PORT } = process.env;
const servers = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL'];
const secrets = ['API_TOKEN', 'EVIDENCE_SIGNING_KEY', 'SECRETS_KEY'];
const shown = [...servers, ...secrets, 'HTTP_HOST', 'HTTP_PORT', 'LOG_LEVEL'];
const env = Object.fromEntries(shown.map((name) => [name, process.env[name]]));

const server = createServer((request, response) => {
  response.writeHead(request.url === '/health/ready' ? 200 : 404).end(JSON.stringify(env));
});
server.listen(Number(HTTP_PORT), HTTP_HOST);
process.on('SIGTERM', () => process.exit(0));
