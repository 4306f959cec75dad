/**
 * A runner that can be killed: `bun bench/migrate/runner.ts FOLDER URL [shared]`. Says `go` once it begins. With `shared`
 * it has read the folder before, as for one of many databases.
 */
import { migrate, readMigrations } from "../../runtime/migrate/mod.ts";

const [folder = "", url = "", shared] = process.argv.slice(2);
const read = shared === undefined ? {} : { migrations: readMigrations("s", folder) };
process.stdout.write("go\n");
await migrate({ service: "s", folder, url, ...read });
