/** Provisioning as a compose file: an example to start from, a PostgreSQL with the deployment's databases in it. */
import type { Provision, ProvisionedVariable } from "./plan.ts";
import { commented } from "./yaml.ts";

/** Where the official image looks for what to run in a new cluster (its documentation, "Initialization scripts"). */
const initFolder = "/docker-entrypoint-initdb.d";

/** A compose file with the databases, and each service's variables and migrations. */
export function provisionCompose({ deployment, databases, variables }: Provision): string {
  const passwords = [
    ...new Set(variables.flatMap(({ secret, use }) => (secret && use !== "project" ? [secret] : []))),
  ];
  const required = (name: string) => `\${${name}:?set ${name}}`;
  const environment = (of: readonly ProvisionedVariable[]) =>
    Object.fromEntries(
      of.map(({ name, value, secret }) => [
        name,
        filled(value, secret === null ? null : [secret, required(secret)]),
      ]),
    );
  const services = Object.fromEntries(
    databases
      .flatMap(({ database }) => database.services)
      .map(({ service }) => service)
      .filter((service, index, all) => all.findIndex(({ name }) => name === service.name) === index)
      .map(({ name, paths }) => [
        name,
        {
          build: `./${paths[0] ?? name}`,
          environment: environment(
            variables.filter(({ service, use }) => service === name && use === "service"),
          ),
          depends_on: { migrate: { condition: "service_completed_successfully" } },
        },
      ]),
  );
  const document = {
    services: {
      postgres: {
        image: "postgres:18",
        environment: {
          POSTGRES_PASSWORD: required("ADMIN_PASSWORD"),
          ...Object.fromEntries(passwords.map((name) => [name, required(name)])),
        },
        volumes: [`./init-db.sql:${initFolder}/init-db.sql:ro`, "postgres:/var/lib/postgresql"],
        healthcheck: { test: ["CMD", "pg_isready", "-U", "postgres"], interval: "2s", retries: 30 },
      },
      migrate: {
        build: ".",
        command: ["bunx", "freehold", "migrate"],
        environment: environment(variables.filter(({ use }) => use === "migrator")),
        depends_on: { postgres: { condition: "service_healthy" } },
      },
      ...services,
    },
    volumes: { postgres: {} },
  };
  return commented(
    [
      `An example for the deployment ${deployment.name}, to start from: images, ports and volumes are yours to choose.`,
      `init-db.sql is what "freehold provision --deployment ${deployment.name} --format sql" prints; passwords come from the`,
      "environment of compose (a .env file beside this one, which git ignores). Written by freehold provision.",
    ],
    [document],
  );
}

/** A value with its placeholders filled: the host is the service `postgres`, the password whatever compose is given. */
function filled(value: string, secret: [name: string, text: string] | null): string {
  const withHost = value.replace("<HOST>", "postgres");
  return secret === null ? withHost : withHost.replace(`<${secret[0]}>`, secret[1]);
}
