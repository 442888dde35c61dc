import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write(
    `Auditmesh needs Node 20 or newer, and this is ${process.versions.node}: install a newer one.\n`,
  );
  process.exitCode = 1;
} else {
  const { start } = await import('./bootstrap/start.mjs');
  process.exitCode = await start(root, process.argv.slice(2));
}
