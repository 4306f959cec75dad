import { testRule } from "../fixtures/rule-tester.ts";
import { unparsedSql } from "./unparsed-sql.ts";

testRule(unparsedSql, {
  valid: [
    ["billing", "sql`select * from invoices`"],
    ["billing", 'console.log("select the invoices, from here")'],
    ["billing/code.sql", "-- select * form invoices\n"],
  ],
  invalid: [
    [
      "billing",
      "sql`select * form invoices`",
      '1:14 this SQL cannot be read: syntax error at or near "form"',
    ],
    [
      "billing/code.sql",
      "select 1;\nselect 'é' form invoices;\nselect 2;\n",
      '2:17 this SQL cannot be read: syntax error at or near "invoices"',
    ],
  ],
});
