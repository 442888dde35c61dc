import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { configFrom } from './config.js';
import { schema } from './schema.js';
import { Users } from './users/users.js';

// Lets a user in: node dist/user.main.js ID "NAME" PREFIX…; they may read and write below each prefix. Prints the token.

const [id, name, ...grants] = process.argv.slice(2);
if (!id || !name || !grants.length) {
  process.stderr.write('Usage: node dist/user.main.js ID NAME PREFIX…\n');
  process.exit(1);
}
const database = new Pool({ connectionString: configFrom(process.env).databaseUrl });
const token = randomBytes(24).toString('base64url');
await database.query(schema);
await new Users(database).put({ id, name, mayRead: grants, mayWrite: grants }, token);
await database.end();
process.stdout.write(`${token}\n`);
