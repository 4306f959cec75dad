/** The spool Worker, on the real disk. */
import { realDisk } from "./disk.ts";
import { Spooler, type SpoolTask } from "./spool.ts";
import { onTask } from "./worker.ts";

onTask<SpoolTask>((task, tell) => new Spooler(task, realDisk, tell).run());
