import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

/** What the code's clients are opened with, where it imports from `./config.ts`. */
async function opened(code: string, config: string): Promise<string[]> {
  const { lines } = await readCode(`import postgres from "postgres";\n${code}`, {
    "services/app/config.ts": config,
  });
  return lines.filter((line) => line.startsWith("open"));
}

test("a variable is followed into the module that reads it", async () => {
  expect(
    await opened(
      'import { url } from "./config.ts"; postgres(url!);',
      "export const url = process.env.APP_DATABASE_URL;",
    ),
  ).toEqual(["open APP_DATABASE_URL"]);
});

test("what the module checks while it is loaded is checked for all who import it", async () => {
  expect(
    await opened(
      'import { config } from "./config.ts"; postgres(config.database.url);',
      `const url = process.env.APP_DATABASE_URL;
       export const config = { database: { url } };
       if (!url) throw new Error("APP_DATABASE_URL is not set");`,
    ),
  ).toEqual(["open APP_DATABASE_URL checked"]);
});

test("a function of another module checks what it returns", async () => {
  expect(
    await opened(
      'import { databaseUrl, anyUrl } from "./config.ts"; postgres(databaseUrl()); postgres(anyUrl()!);',
      `export function databaseUrl(): string {
         const url = process.env.APP_DATABASE_URL;
         if (!url) throw new Error("APP_DATABASE_URL is not set");
         return url;
       }
       export const anyUrl = () => process.env.APP_DATABASE_URL;`,
    ),
  ).toEqual(["open APP_DATABASE_URL checked", "open APP_DATABASE_URL"]);
});

test("a function that is given a variable's name is taken to check it", async () => {
  expect(
    await opened(
      'import { required } from "./config.ts"; postgres(required("APP_DATABASE_URL"));',
      `export function required(name: string): string {
         const value = process.env[name];
         if (!value) throw new Error(name);
         return value;
       }`,
    ),
  ).toEqual(["open APP_DATABASE_URL checked"]);
});

test("a schema that parsed the environment has checked it", async () => {
  const use =
    'import { env } from "./config.ts"; postgres(env.APP_DATABASE_URL); const { APP_URL } = env; postgres(APP_URL);';
  const schemas = [
    "export const env = z.object({ APP_DATABASE_URL: z.string(), APP_URL: z.string() }).parse(process.env);",
    "export const env = createEnv({ server: { APP_DATABASE_URL: z.string() }, runtimeEnv: process.env });",
    "export const env = cleanEnv(process.env, { APP_DATABASE_URL: str() });",
    "export default cleanEnv(process.env, {}); const { data } = S.safeParse(process.env); export { data as env };",
  ];
  for (const schema of schemas)
    expect(await opened(use, schema)).toEqual(["open APP_DATABASE_URL checked", "open APP_URL checked"]);
});

test("constants, statics, enums and defaults of another module are followed", async () => {
  expect(
    await opened(
      `import config, { Config, Names } from "./config.ts";
       postgres(Config.url!);
       postgres(process.env[Names.Url]!);
       postgres(config.url);`,
      `export class Config { static url = process.env.APP_DATABASE_URL; }
       export enum Names { Url = "APP_DATABASE_URL" }
       export default { url: process.env.APP_DATABASE_URL ?? "postgres://localhost/app" };`,
    ),
  ).toEqual([
    "open APP_DATABASE_URL",
    "open ? the address is not known before it runs",
    'open APP_DATABASE_URL checked, "postgres://localhost/app"',
  ]);
});

test("options are followed, too", async () => {
  expect(
    await opened(
      'import { options, host } from "./config.ts"; postgres(options); postgres({ host }); postgres({ ...options, max: 1 });',
      "export const options = { host: process.env.APP_HOST, port: 5432, user: 'app' }; export const host = 'db.internal';",
    ),
  ).toEqual(["open APP_HOST", 'open "db.internal"', "open APP_HOST"]);
});

test("what cannot be followed is said to be unknown", async () => {
  expect(
    await opened(
      `import { vault } from "vault"; import { Store } from "./config.ts";
       postgres(await vault());
       postgres(Store.url);
       export const open = (url: string) => postgres(url);`,
      "export const Store = load();",
    ),
  ).toEqual([
    "open ? the address is the result of a call",
    "open ? the address is the result of a call",
    "open ? the address is the parameter url",
  ]);
});

test("of an address in parts, what says where the database is counts, and a password, which is not repeated", async () => {
  expect(
    await opened(
      `import pg from "pg"; import { HOST, NAME, PASS, PORT, USER } from "./config.ts";
       new pg.Pool({ host: HOST, port: PORT, user: USER, password: PASS, database: NAME });
       new pg.Pool({ host: "db.internal", user: "app", password: "secret", database: "APP_DB" });
       new pg.Pool({ host: process.env.OTHER_HOST, user: "app", password: "" });`,
      `export const { HOST = "db", PORT = "5432", USER = "app", PASS = "secret", NAME = "app" } = process.env;`,
    ),
  ).toEqual([
    'open HOST checked, "db", PORT checked, NAME checked, USER checked, PASS checked, "a password"',
    'open "db.internal", "a password"',
    "open OTHER_HOST",
  ]);
});

test("of a URL in parts, it is told by where they stand", async () => {
  const config = `export const { HOST = "db", PORT = "5432", USER = "app", PASS = "secret", NAME = "app", URL_OF_IT = "postgres://a@b/c" } = process.env;`;
  expect(
    await opened(
      `import { HOST, NAME, PASS, PORT, URL_OF_IT, USER } from "./config.ts";
       postgres(\`postgres://\${USER}:\${PASS}@\${HOST}:\${PORT}/\${NAME}\`);
       postgres(\`postgres://\${USER}@\${HOST}/\${NAME}\`);
       postgres(\`postgres://\${HOST}/\${NAME}?user=\${USER}\`);
       postgres(\`\${URL_OF_IT}?sslmode=require\`);`,
      config,
    ),
  ).toEqual([
    'open USER checked, PASS checked, "a password", HOST checked, "db", PORT checked, NAME checked',
    'open USER checked, HOST checked, "db", NAME checked',
    'open HOST checked, "db", NAME checked, USER checked',
    'open URL_OF_IT checked, "postgres://a@b/c"',
  ]);
});
