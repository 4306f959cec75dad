import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { sqlTemplate } from "./sql-template.ts";

const tag = `import sql, { join, raw } from "sql-template-tag";\n`;

testAdapter(sqlTemplate, [
  ["a query object", `${tag}export const all = sql\`select * from orders\`;`, ["2:38 select orders"]],
  [
    "a query object with values",
    `${tag}export const one = (id: number) => sql\`select * from orders where id = \${id}\`;`,
    ["2:54 select orders"],
  ],
  [
    "nested",
    `${tag}const open = sql\`and id in (select order_id from items)\`;\nexport const all = sql\`select * from orders where true \${open}\`;`,
    ["2:50 select items", "3:38 select orders"],
  ],
  ["raw text", `${tag}export const all = sql\`select * from \${raw("orders")}\`;`, ["2:45 select orders"]],
  [
    "a list",
    `${tag}export const some = sql\`select * from orders where id in (\${join(ids)})\`;`,
    ["2:39 select orders"],
  ],
  [
    "sql-template-strings",
    `import SQL from "sql-template-strings";\nexport const all = SQL\`delete from orders where id = \${1}\`;`,
    ["2:36 delete orders"],
  ],
  [
    "under another name",
    `import { sql as q } from "sql-template-tag";\nexport const all = q\`select * from orders\`;`,
    ["2:36 select orders"],
  ],
  [
    "a tag under a name of one's own",
    `import { SQL as query } from "@nearform/sql";\nexport const all = query\`delete from orders\`;`,
    ["2:38 delete orders"],
  ],
  [
    "text and names that are put in as they stand",
    `import SQL from "@nearform/sql";\nexport const all = SQL\`select * from \${SQL.unsafe("orders")} join \${SQL.quoteIdent("lines")} on true\`;`,
    ["2:52 select orders", "2:85 select lines"],
  ],
  [
    "pieces that are glued",
    `import SQL from "@nearform/sql";\nexport const all = SQL.glue([SQL\`select * from orders\`, SQL\`join lines on true\`], " ");`,
    ["2:48 select orders", "2:66 select lines"],
  ],
]);
