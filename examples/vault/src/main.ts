import { configFrom } from './config.js';
import { startVault } from './vault.js';

try {
  const app = await startVault(configFrom(process.env));
  app.enableShutdownHooks();
  process.stdout.write(`The vault answers at ${await app.getUrl()}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
