import { join } from 'node:path';
import { say } from '../command/progress.ts';
import { logFile } from '../stack/folder.ts';
import { kept } from './kept.ts';
import { Program } from './program.ts';

/**
 * The program that Go makes of a peer's project, with the modules that its `go.sum` names.
 *
 * @param project folder with `go.mod`
 * @returns path of the program
 */
export async function builtWithGo(name: string, project: string): Promise<string> {
  const make = async (into: string): Promise<void> => {
    say(`Fetching and building ${name} with Go`);
    const build = new Program({
      name: `the build of ${name}`,
      command: 'go',
      args: ['build', '-trimpath', '-buildvcs=false', '-o', join(into, name), '.'],
      env: goEnvironment(),
      cwd: project,
      logFile: logFile(`go-${name}`),
    });
    await build.finish();
  };
  return join(await kept({ name, project, files: /(\.go|^go\.(mod|sum))$/, make }), name);
}

/** What tells Go where modules come from. */
function goEnvironment(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => /^GO[A-Z]+$/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
}
