import { expect, test } from "bun:test";
import { join } from "node:path";
import { testDatabases } from "../../deploy/embedded/testing.ts";

const databases = testDatabases();

test("a connection that breaks off as array types are asked for ends its query alone", async () => {
  const { socketFolder } = await databases.server();
  const script = `
    import { connect as open, createServer } from "node:net";
    import { connect } from ${JSON.stringify(join(import.meta.dir, "mod.ts"))};
    let asked = 0;
    const road = createServer((near) => {
      const far = open(${JSON.stringify(join(socketFolder, ".s.PGSQL.5432"))});
      for (const end of [near, far]) end.on("error", () => {});
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
      far.pipe(near);
      near.on("data", (data) => {
        if (!data.includes("typarray") || ++asked > 1) far.write(data);
        else near.resetAndDestroy();
      });
    });
    await new Promise((resolve) => road.listen(0, "127.0.0.1", resolve));
    const env = { URL: \`postgres://postgres@127.0.0.1:\${road.address().port}/postgres?sslmode=disable\` };
    const sql = connect({ service: "lobby", variable: "URL", env, poolSize: 1 });
    const failed = await sql\`select 1\`.then(() => "", ({ code }) => code);
    const [row] = await sql\`select array[1, 2] as numbers\`;
    await sql.end();
    road.close();
    console.log(JSON.stringify({ failed, numbers: row.numbers, asked }));`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
  const [out, said] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect({ code: await child.exited, out, said }).toEqual({
    code: 0,
    out: `${JSON.stringify({ failed: "ECONNRESET", numbers: [1, 2], asked: 2 })}\n`,
    said: "",
  });
});
