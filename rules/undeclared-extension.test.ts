import { testRule } from "../fixtures/rule-tester.ts";
import { undeclaredExtension } from "./undeclared-extension.ts";

const file = "billing/migrations/002_change.sql";

testRule(undeclaredExtension, {
  valid: [
    [file, "create extension plpgsql;\n"],
    [file, "drop extension pgcrypto;\n"],
  ],
  invalid: [
    [file, "create extension pgcrypto;\n", "1:1 billing installs pgcrypto, which the manifest does not name"],
    [
      file,
      'create extension if not exists "uuid-ossp" schema public;\n',
      "1:1 billing installs uuid-ossp, which the manifest does not name",
    ],
    [
      "billing",
      "sql`create extension postgis`",
      "1:5 billing installs postgis, which the manifest does not name",
    ],
  ],
});
