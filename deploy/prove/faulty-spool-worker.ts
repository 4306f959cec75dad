/**
 * A spool Worker on a disk that fails when FREEHOLD_PROVE_DISK says so, from the real one up to there: `sync 40` fails the
 * fortieth fdatasync and no other, as Linux does it; `write 40 90` fails the writes from the fortieth to the ninetieth for
 * want of room; `short 40 90` writes the half of them and then fails. Or one that comes to harm as it confirms, as ail.ts says.
 */
import { type Disk, realDisk } from "../../runtime/audit/disk.ts";
import { Spooler, type SpoolTask } from "../../runtime/audit/spool.ts";
import { onTask } from "../../runtime/audit/worker.ts";
import { ailing } from "./ail.ts";

const [what, first, last] = (process.env["FREEHOLD_PROVE_DISK"] ?? "").split(" ");
let syncs = 0;
let writes = 0;

const faultyDisk: Disk = {
  write(file, parts, position) {
    writes += 1;
    const fails = writes >= Number(first) && writes <= Number(last);
    if (fails && what === "short")
      realDisk.write(file, [parts[0]!.subarray(0, parts[0]!.length >> 1)], position);
    if (fails && (what === "write" || what === "short"))
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    realDisk.write(file, parts, position);
  },
  sync(file) {
    syncs += 1;
    if (what === "sync" && syncs === Number(first))
      throw Object.assign(new Error("input/output error"), { code: "EIO" });
    realDisk.sync(file);
  },
  freeBytes: realDisk.freeBytes,
};

const ail = ailing("spool");

onTask<SpoolTask>((task, tell) =>
  new Spooler(task, faultyDisk, (message) => {
    tell(message);
    ail();
  }).run(),
);
