/** Makes of the compiled SDK a package that needs no other: `dist/package`, to be packed and published. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';
import { build, type Metafile } from 'esbuild';

const sdk = join(import.meta.dirname, '..');
const root = join(sdk, '../..');
const out = join(sdk, 'dist/package');
const entries = ['index', 'nest'];
const command = 'ship.main';
/** What the users have: Nest beside it, and the core for the other entries. */
const external = ['@auditmesh/sdk', '@nestjs/*', 'rxjs'];
const inlined = ['@auditmesh/avro', '@auditmesh/events', '@auditmesh/kafka', 'kafkajs', 'avsc'];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: [...entries, command].map((name) => join(sdk, 'dist', `${name}.js`)),
  outdir: out,
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external,
  metafile: true,
  logLevel: 'warning',
  // kafkajs is CommonJS and requires what Node has built in.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
writeFileSync(join(out, 'licenses.txt'), licensesOf(metafile));
writeFileSync(join(out, 'index.d.ts'), typesOf(join(sdk, 'dist/index.d.ts')));
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
writeFileSync(join(out, 'nest.d.ts'), typesOf(nestBesideThePackage()));
copyFileSync(join(sdk, 'README.md'), join(out, 'README.md'));
process.stdout.write(`Made ${relative(root, out)}; npm pack ./${relative(root, out)} packs it.\n`);

function typesOf(filePath: string): string {
  const [types] = generateDtsBundle(
    [
      {
        filePath,
        libraries: { inlinedLibraries: inlined, allowedTypesLibraries: ['node'] },
        output: { noBanner: true, exportReferencedTypes: false },
      },
    ],
    { preferredConfigPath: join(sdk, 'bundle/tsconfig.json') },
  );
  return types!;
}

/**
 * The types for Nest where the core is a package like any other, so that they import it: a class with private parts is not
 * equal to its copy.
 */
function nestBesideThePackage(): string {
  const folder = join(sdk, 'dist/beside-package');
  const core = join(folder, 'node_modules/@auditmesh/sdk');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(core, { recursive: true });
  for (const file of ['package.json', 'index.d.ts']) copyFileSync(join(out, file), join(core, file));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  cpSync(join(sdk, 'dist/nest'), join(folder, 'nest'), { recursive: true });
  copyFileSync(join(sdk, 'dist/nest.d.ts'), join(folder, 'nest.d.ts'));
  return join(folder, 'nest.d.ts');
}

/** Licences of what is inside. @throws Error if a package has none */
function licensesOf({ inputs }: Metafile): string {
  const names = Object.keys(inputs).flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  const texts = [...new Set(names)].toSorted().map((name) => {
    const folder = join(root, 'node_modules', name);
    const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
    if (!file) throw new Error(`${name} is bundled and has no file with its licence.`);
    return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(72)}\n\n`);
}

function manifest(): object {
  const { name, version, engines, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(sdk, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  const exported = entries.map((entry) => [
    entry === 'index' ? '.' : `./${entry}`,
    { types: `./${entry}.d.ts`, default: `./${entry}.js` },
  ]);
  return {
    name,
    version,
    description: 'Records every use of a secret before what it gives is handed out.',
    license: 'Apache-2.0',
    type: 'module',
    engines,
    bin: { 'auditmesh-sdk-ship': `./${command}.js` },
    exports: Object.fromEntries(exported) as object,
    peerDependencies,
    peerDependenciesMeta,
  };
}
