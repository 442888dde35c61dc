// A service as the supervisor sees one: ready at HTTP_PORT, ends by SIGTERM. Prints its environment for the tests.
import { createServer } from 'node:http';

const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL, HTTP_HOST, HTTP_PORT, API_TOKEN, LOG_LEVEL } =
  process.env;
const env = { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL, HTTP_HOST, HTTP_PORT, API_TOKEN, LOG_LEVEL };

const server = createServer((request, response) => {
  response.writeHead(request.url === '/health/ready' ? 200 : 404).end(JSON.stringify(env));
});
server.listen(Number(HTTP_PORT), HTTP_HOST);
process.on('SIGTERM', () => process.exit(0));
