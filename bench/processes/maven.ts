import { join } from 'node:path';
import { say } from '../command/progress.ts';
import { logFile } from '../stack/folder.ts';
import { kept } from './kept.ts';
import { Program } from './program.ts';

/**
 * What Maven makes of a peer's project: a folder with `lib` and, if it has sources, `classes`.
 *
 * @param project folder with the pom, which fills the folder given as `-Dinto`
 * @param phase or goal that does it
 */
export function built(name: string, project: string, phase: string): Promise<string> {
  const make = async (into: string): Promise<void> => {
    say(`Fetching ${name} with Maven`);
    const maven = new Program({
      name: `the download of ${name}`,
      command: 'mvn',
      args: [
        '--batch-mode',
        '--no-transfer-progress',
        '--file',
        join(project, 'pom.xml'),
        phase,
        `-Dinto=${into}`,
      ],
      logFile: logFile(`maven-${name}`),
    });
    await maven.finish();
  };
  return kept({ name, project, files: /\.(xml|java)$/, make });
}
