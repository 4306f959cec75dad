/** A runner that can be killed: `bun bench/migrate/runner.ts FOLDER URL`. Says `go` once it begins. */
import { migrate } from "../../runtime/migrate/mod.ts";

const [folder = "", url = ""] = process.argv.slice(2);
process.stdout.write("go\n");
await migrate({ service: "s", folder, url });
