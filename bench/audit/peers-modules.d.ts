/** The peers are installed for the benchmark alone (bench/package.json): to the gate they are names. */
declare module "pino";
declare module "@opentelemetry/sdk-logs";
declare module "autocannon";
