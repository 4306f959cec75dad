import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Cluster, debianBinaries, startCluster } from "../deploy/embedded/cluster.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";
import { shop } from "../fixtures/rights.ts";

const manifest = JSON.parse(shop["freehold.json"]);
Object.assign(manifest, { project: "shop" });
Object.assign(manifest.deployments, {
  tenants: { layout: "per-tenant", database: "{TENANT}_{SERVICE}_ADMIN_URL", tenants: "tenants.json" },
});
manifest.services.billing.database = {
  host: "BILLING_DB_HOST",
  port: "BILLING_DB_PORT",
  name: "BILLING_DB_NAME",
  user: "BILLING_DB_USER",
  password: "BILLING_DB_PASSWORD",
};

let folder: Folder;
beforeEach(() => {
  folder = folderOf({
    ...shop,
    "freehold.json": JSON.stringify(manifest),
    "tenants.json": '["north", "south"]',
  });
});
afterEach(() => folder[Symbol.dispose]());

async function provision(deployment: string, format: string): Promise<string> {
  const { code, out, err } = await folder.freehold([
    "provision",
    "--deployment",
    deployment,
    "--format",
    format,
  ]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}

test("the list of variables has everybody's, with placeholders for what is secret", async () => {
  expect(await provision("shared", "env")).toMatchInlineSnapshot(`
    "# The variables of the deployment shared. What stands in <angle brackets> is to be filled in; keep the passwords
    # in your secret store. Written by freehold provision.

    # The project's own, as the administrator: no service reads it
    ADMIN_URL=postgres://<ADMIN>:<ADMIN_PASSWORD>@<HOST>:5432/shop

    # orders, as its app role
    ORDERS_DATABASE_URL=postgres://orders_app:<ORDERS_APP_PASSWORD>@<HOST>:5432/shop

    # orders's migrations, as its migrator role
    ORDERS_MIGRATOR_URL=postgres://orders_migrator:<ORDERS_MIGRATOR_PASSWORD>@<HOST>:5432/shop

    # billing, as its app role
    BILLING_DB_HOST=<HOST>
    BILLING_DB_PORT=5432
    BILLING_DB_NAME=shop
    BILLING_DB_USER=billing_app
    BILLING_DB_PASSWORD=<BILLING_APP_PASSWORD>

    # billing's migrations, as its migrator role
    BILLING_MIGRATOR_URL=postgres://billing_migrator:<BILLING_MIGRATOR_PASSWORD>@<HOST>:5432/shop
    "
  `);
});

test("the compose file is an example that holds together: each variable once, each password required", async () => {
  const text = await provision("apart", "compose");
  expect(text).toStartWith("# An example");
  const { services } = Bun.YAML.parse(text) as { services: Record<string, { environment: object }> };
  expect(services["billing"]).toMatchInlineSnapshot(`
    {
      "build": "./services/billing",
      "depends_on": {
        "migrate": {
          "condition": "service_completed_successfully",
        },
      },
      "environment": {
        "BILLING_DB_HOST": "postgres",
        "BILLING_DB_NAME": "billing",
        "BILLING_DB_PASSWORD": "\${BILLING_APP_PASSWORD:?set BILLING_APP_PASSWORD}",
        "BILLING_DB_PORT": "5432",
        "BILLING_DB_USER": "billing_app",
      },
    }
  `);
  expect(services["migrate"]).toMatchInlineSnapshot(`
    {
      "build": ".",
      "command": [
        "bunx",
        "freehold",
        "migrate",
      ],
      "depends_on": {
        "postgres": {
          "condition": "service_healthy",
        },
      },
      "environment": {
        "BILLING_MIGRATOR_URL": "postgres://billing_migrator:\${BILLING_MIGRATOR_PASSWORD:?set BILLING_MIGRATOR_PASSWORD}@postgres:5432/billing",
        "ORDERS_MIGRATOR_URL": "postgres://orders_migrator:\${ORDERS_MIGRATOR_PASSWORD:?set ORDERS_MIGRATOR_PASSWORD}@postgres:5432/orders",
      },
    }
  `);
  expect(services["postgres"]?.environment).toMatchInlineSnapshot(`
    {
      "BILLING_APP_PASSWORD": "\${BILLING_APP_PASSWORD:?set BILLING_APP_PASSWORD}",
      "BILLING_MIGRATOR_PASSWORD": "\${BILLING_MIGRATOR_PASSWORD:?set BILLING_MIGRATOR_PASSWORD}",
      "ORDERS_APP_PASSWORD": "\${ORDERS_APP_PASSWORD:?set ORDERS_APP_PASSWORD}",
      "ORDERS_MIGRATOR_PASSWORD": "\${ORDERS_MIGRATOR_PASSWORD:?set ORDERS_MIGRATOR_PASSWORD}",
      "POSTGRES_PASSWORD": "\${ADMIN_PASSWORD:?set ADMIN_PASSWORD}",
    }
  `);
});

test("only Kubernetes' job knows the migrators' URLs, and all of them are keys of secrets", async () => {
  const text = await provision("shared", "kubernetes");
  expect(text.split("\n").slice(0, 8)).toMatchInlineSnapshot(`
    [
      "# An example for the deployment shared: what stands in <angle brackets> is yours. Secrets that it expects, each",
      "# with a variable's name as the key and a connection URL as the value:",
      "#   orders-database: ORDERS_DATABASE_URL",
      "#   orders-migrator: ORDERS_MIGRATOR_URL",
      "#   billing-database: BILLING_DB_HOST, BILLING_DB_PORT, BILLING_DB_NAME, BILLING_DB_USER, BILLING_DB_PASSWORD",
      "#   billing-migrator: BILLING_MIGRATOR_URL",
      "# Only the Job knows the migrators' URLs; a service has its own and no other. Written by freehold provision.",
      "apiVersion: batch/v1",
    ]
  `);
  const documents = text
    .split("\n---\n")
    .map((part) => Bun.YAML.parse(part) as { kind: string; metadata: { name: string } });
  expect(documents.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    "Job shop-migrate",
    "Deployment orders",
    "Deployment billing",
  ]);
  expect(documents[1]).toMatchInlineSnapshot(`
    {
      "apiVersion": "apps/v1",
      "kind": "Deployment",
      "metadata": {
        "labels": {
          "app.kubernetes.io/part-of": "shop",
        },
        "name": "orders",
      },
      "spec": {
        "selector": {
          "matchLabels": {
            "app": "orders",
          },
        },
        "template": {
          "metadata": {
            "labels": {
              "app": "orders",
            },
          },
          "spec": {
            "containers": [
              {
                "env": [
                  {
                    "name": "ORDERS_DATABASE_URL",
                    "valueFrom": {
                      "secretKeyRef": {
                        "key": "ORDERS_DATABASE_URL",
                        "name": "orders-database",
                      },
                    },
                  },
                ],
                "image": "<REGISTRY>/orders:<VERSION>",
                "name": "orders",
              },
            ],
          },
        },
      },
    }
  `);
  expect(text.match(/_MIGRATOR_URL/g)?.length).toBe(6);
});

test("each tenant has variables of its own, and processes are one tenant's", async () => {
  const list = await provision("tenants", "env");
  expect(list.match(/^# orders, as its app role.*$/gm)).toEqual([
    "# orders, as its app role, for the tenant north",
    "# orders, as its app role, for the tenant south",
  ]);
  const kubernetes = (...more: string[]) =>
    folder.freehold(["provision", "--deployment", "tenants", "--format", "kubernetes", ...more]);
  expect(await kubernetes()).toEqual({
    code: 2,
    out: "",
    err: "freehold: a process serves one tenant: say whose, such as --tenant north\n",
  });
  expect((await kubernetes("--tenant", "south")).code).toBe(0);
  expect((await kubernetes("--tenant", "west")).err).toBe(
    'freehold: the deployment "tenants" has no tenant "west"\n',
  );
});

const found = Bun.which("psql");
// Debian's is a wrapper, which may be there without a client to start.
const psql = found !== null && Bun.spawnSync([found, "--version"]).success ? found : null;
const debian = debianBinaries();
const servers: { name: string; binaries: string | null }[] = [
  { name: "the embedded PostgreSQL", binaries: null },
  ...(debian ? [{ name: "Debian's PostgreSQL", binaries: debian }] : []),
];

// The script is psql's, so it takes psql to try it.
if (psql !== null) {
  describe.each(servers)("init-db.sql on $name", ({ binaries }) => {
    test("makes what roles verify then has nothing to say about, twice", async () => {
      await using server: Cluster = await startCluster(binaries);
      for (const deployment of ["schemas", "apart", "tenants"]) {
        const script = await provision(deployment, "sql");
        expect(script).not.toContain("secret");
        folder.write({ "init-db.sql": script });
        for (const _ of [1, 2]) {
          const child = Bun.spawn(
            [
              psql,
              "-X",
              "-q",
              "-h",
              server.socketFolder,
              "-U",
              "postgres",
              "-d",
              "postgres",
              "-f",
              "init-db.sql",
            ],
            {
              cwd: folder.root,
              env: { PATH: process.env["PATH"] ?? "", ORDERS_APP_PASSWORD: "it's secret" },
              stdout: "pipe",
              stderr: "pipe",
            },
          );
          const err = await child.stderr.text();
          expect({ code: await child.exited, err }).toEqual({
            code: 0,
            err: expect.not.stringContaining("ERROR"),
          });
        }
        const url = (name: string) =>
          `postgres://postgres@${encodeURIComponent(server.socketFolder)}/${name}`;
        const env = {
          ADMIN_URL: url("shop"),
          ORDERS_ADMIN_URL: url("orders"),
          BILLING_ADMIN_URL: url("billing"),
          NORTH_ORDERS_ADMIN_URL: url("orders_north"),
          NORTH_BILLING_ADMIN_URL: url("billing_north"),
          SOUTH_ORDERS_ADMIN_URL: url("orders_south"),
          SOUTH_BILLING_ADMIN_URL: url("billing_south"),
        };
        const verified = await folder.freehold(
          ["roles", "verify", "--deployment", deployment, "--format", "json"],
          { env },
        );
        const told = JSON.parse(verified.out).databases as {
          statements: { fault: string }[];
          obstacles: string[];
        }[];
        const left = told.flatMap(({ statements, obstacles }) => [
          ...statements.map(({ fault }) => fault),
          ...obstacles,
        ]);
        expect(left).toEqual([]);
      }
    });
  });
}
