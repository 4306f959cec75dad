/** A service or deployment that the manifest does not know, or a layout that cannot be worked on as asked. One line, for a person to mend. */
export class DeployError extends Error {
  override readonly name = "DeployError";
}
