/** How a Worker is told its task, and how it tells of itself; both Workers of a log are started in this way. */
import type { WorkerMessage } from "./spool.ts";

/**
 * Runs a task when it comes. A Worker does one task in its life, and ends with it.
 * @param work throws where it cannot go on; the log then starts another Worker
 */
export function onTask<Task>(
  work: (task: Task, tell: (message: WorkerMessage) => void) => void | Promise<void>,
): void {
  const scope = globalThis as unknown as {
    onmessage: (event: { data: Task }) => void;
    postMessage(message: WorkerMessage): void;
  };
  scope.onmessage = async ({ data }) => {
    scope.onmessage = () => {};
    await work(data, (message) => scope.postMessage(message));
    process.exit(0);
  };
}
