import { expect, test } from "bun:test";
import { loadManifest, memorySource } from "../../manifest/mod.ts";
import { dialectByPath } from "./path-dialect.ts";

const { manifest } = loadManifest(
  memorySource({
    "freehold.json": JSON.stringify({
      services: {
        app: { path: ["services/app", "libs/mysql"] },
        mail: { path: "services/mail", dialect: "mariadb" },
      },
    }),
    "services/app/a.ts": "",
    "services/mail/a.ts": "",
    "libs/mysql/a.ts": "",
  }),
);
if (!manifest) throw new Error("the manifest is wrong");

test.each([
  ["services/app/migrations/001.ts", "postgresql"],
  ["services/app/migrations/mysql/001.ts", "mysql"],
  ["services/app/migrations/MariaDB/001.ts", "mariadb"],
  ["services/app/migrations/sqlite/deep/001.ts", "sqlite"],
  ["services/app/mysql/postgres/001.ts", "postgresql"],
  ["services/app/schema.sqlite.sql", "sqlite"],
  ["services/app/mysql.sql", "mysql"],
  ["services/app/mysql-notes/001.ts", "postgresql"],
  ["services/mail/migrations/mysql/001.ts", "mariadb"],
  ["services/mail/migrations/postgres/001.ts", "postgresql"],
  ["libs/mysql/001.ts", "postgresql"],
  ["shared/sqlite3/001.ts", "sqlite"],
] as const)("%s", (file, dialect) => {
  expect(dialectByPath(manifest, file)).toBe(dialect);
});
