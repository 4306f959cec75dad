/**
 * Provisioning for Kubernetes: a Job that migrates before a release, and for each service the part of a Deployment that
 * hands it its own variable. Every URL is a key of a Secret; none is written here.
 */
import type { Provision, ProvisionedVariable } from "./plan.ts";
import { commented } from "./yaml.ts";

/** The variables as secrets, and a job that migrates each service, as Kubernetes' objects in YAML. */
export function provisionKubernetes({ manifest, deployment, variables }: Provision): string {
  const project = label(manifest.project ?? "app");
  const secretOf = (service: string, use: "service" | "migrator") =>
    `${label(service)}-${use === "service" ? "database" : "migrator"}`;
  const env = (of: readonly ProvisionedVariable[]) =>
    of.map(({ name, service, use }) => ({
      name,
      valueFrom: {
        secretKeyRef: {
          name: secretOf(service ?? project, use === "service" ? "service" : "migrator"),
          key: name,
        },
      },
    }));
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${project}-migrate`, labels: { "app.kubernetes.io/part-of": project } },
    spec: {
      backoffLimit: 2,
      template: {
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "migrate",
              image: `<REGISTRY>/${project}:<VERSION>`,
              command: ["bunx", "freehold", "migrate"],
              env: env(variables.filter(({ use }) => use === "migrator")),
            },
          ],
        },
      },
    },
  };
  const names = [...new Set(variables.flatMap(({ service }) => (service === null ? [] : [service])))];
  const deployments = names.map((name) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: label(name), labels: { "app.kubernetes.io/part-of": project } },
    spec: {
      selector: { matchLabels: { app: label(name) } },
      template: {
        metadata: { labels: { app: label(name) } },
        spec: {
          containers: [
            {
              name: label(name),
              image: `<REGISTRY>/${label(name)}:<VERSION>`,
              env: env(variables.filter(({ service, use }) => service === name && use === "service")),
            },
          ],
        },
      },
    },
  }));
  return commented(
    [
      `An example for the deployment ${deployment.name}: what stands in <angle brackets> is yours. Secrets that it expects, each`,
      "with a variable's name as the key and a connection URL as the value:",
      ...names.flatMap((name) =>
        (["service", "migrator"] as const).map((use) => {
          const keys = variables
            .filter((one) => one.service === name && one.use === use)
            .map((one) => one.name);
          return `  ${secretOf(name, use)}: ${keys.join(", ") || "(the same as the app's)"}`;
        }),
      ),
      "Only the Job knows the migrators' URLs; a service has its own and no other. Written by freehold provision.",
    ],
    [job, ...deployments],
  );
}

/** A name as Kubernetes takes it (RFC 1123, section 2.1). */
function label(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
