/** All rules, in the order in which they are listed and explained: access, names, connections, exceptions. */
import type { Rule } from "../analysis/model.ts";
import { changedMigration } from "./changed-migration.ts";
import { crossServiceConnection } from "./cross-service-connection.ts";
import { crossServiceDependency } from "./cross-service-dependency.ts";
import { crossServiceForeignKey } from "./cross-service-foreign-key.ts";
import { crossServiceImport } from "./cross-service-import.ts";
import { crossServiceRead } from "./cross-service-read.ts";
import { crossServiceSchemaChange } from "./cross-service-schema-change.ts";
import { crossServiceWrite } from "./cross-service-write.ts";
import { expiredUse } from "./expired-use.ts";
import { ignoreWithoutReason } from "./ignore-without-reason.ts";
import { irreversibleMigration } from "./irreversible-migration.ts";
import { migrationOrder } from "./migration-order.ts";
import { missingTable } from "./missing-table.ts";
import { modelMismatch } from "./model-mismatch.ts";
import { noDatabaseCreation } from "./no-database-creation.ts";
import { noDatabaseUrlDefault } from "./no-database-url-default.ts";
import { noHardcodedConnection } from "./no-hardcoded-connection.ts";
import { noSchemaInCode } from "./no-schema-in-code.ts";
import { sessionStatementInMigration } from "./session-statement-in-migration.ts";
import { staleBaseline } from "./stale-baseline.ts";
import { tableCollision } from "./table-collision.ts";
import { unattributedAccess } from "./unattributed-access.ts";
import { uncheckedDatabaseUrl } from "./unchecked-database-url.ts";
import { undeclaredDatabaseUrl } from "./undeclared-database-url.ts";
import { undeclaredExtension } from "./undeclared-extension.ts";
import { unownedTable } from "./unowned-table.ts";
import { unparsedSql } from "./unparsed-sql.ts";
import { unresolvedTable } from "./unresolved-table.ts";
import { unusedIgnore } from "./unused-ignore.ts";
import { unusedUse } from "./unused-use.ts";

export const rules: readonly Rule[] = [
  crossServiceRead,
  crossServiceWrite,
  crossServiceSchemaChange,
  crossServiceForeignKey,
  crossServiceDependency,
  crossServiceConnection,
  crossServiceImport,
  unownedTable,
  missingTable,
  modelMismatch,
  tableCollision,
  unresolvedTable,
  unparsedSql,
  unattributedAccess,
  noDatabaseCreation,
  noSchemaInCode,
  noHardcodedConnection,
  noDatabaseUrlDefault,
  uncheckedDatabaseUrl,
  undeclaredDatabaseUrl,
  expiredUse,
  unusedUse,
  unusedIgnore,
  ignoreWithoutReason,
  staleBaseline,
  sessionStatementInMigration,
  migrationOrder,
  irreversibleMigration,
  changedMigration,
  undeclaredExtension,
];
