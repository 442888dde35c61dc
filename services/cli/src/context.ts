import { findMesh, type MeshAddress } from './mesh/mesh-address.js';
import { Output } from './output.js';

/** What every command is given. */
export class CommandContext {
  output: Output = new Output(false);

  /** Where the mesh is, from the folder the command runs in or from the environment. */
  mesh(): MeshAddress {
    return findMesh(process.cwd(), process.env);
  }

  run(work: (output: Output) => Promise<void>): Promise<void> {
    return work(this.output);
  }
}
