/**
 * A runner that can be killed: `bun bench/migrate/runner.ts FOLDER URL [shared [VERSION]]`. Says `go` once it begins. With
 * `shared` it has read the folder before, as for one of many databases, of which the last was new on that version.
 */
import { forMany, migrate } from "../../runtime/migrate/mod.ts";

const [folder = "", url = "", shared, newOn] = process.argv.slice(2);
const many = shared === undefined ? {} : { many: { ...forMany("s", folder), newOn: newOn || null } };
process.stdout.write("go\n");
await migrate({ service: "s", folder, url, ...many });
