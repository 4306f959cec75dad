import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { supabase } from "./supabase.ts";

const open = `import { createClient } from "@supabase/supabase-js"; const supabase = createClient(url, key);\n`;

testAdapter(supabase, [
  ["a select", `${open}await supabase.from("orders").select("*");`, ["2:22 select orders"]],
  ["an insert", `${open}await supabase.from("orders").insert({ id: 1 });`, ["2:22 insert orders"]],
  [
    "an insert that reads back",
    `${open}await supabase.from("orders").insert({ id: 1 }).select().single();`,
    ["2:22 insert orders"],
  ],
  ["an upsert", `${open}await supabase.from("orders").upsert({ id: 1 });`, ["2:22 insert orders"]],
  [
    "an update",
    `${open}await supabase.from("orders").update({ paid: true }).eq("id", 1);`,
    ["2:22 update orders"],
  ],
  ["a delete", `${open}await supabase.from("orders").delete().eq("id", 1);`, ["2:22 delete orders"]],
  [
    "an embedded table",
    `${open}await supabase.from("orders").select("id, items(name)");`,
    ["2:22 select orders", "2:43 select items"],
  ],
  [
    "an embedded table under another name",
    `${open}await supabase.from("orders").select("id, buyer:customers!fk_buyer(name)");`,
    ["2:22 select orders", "2:49 select customers"],
  ],
  [
    "nested embedding",
    `${open}await supabase.from("orders").select("items(product_id, products(name))");`,
    ["2:22 select orders", "2:39 select items", "2:57 select products"],
  ],
  [
    "a spread",
    `${open}await supabase.from("orders").select("id, ...customers(name)");`,
    ["2:22 select orders", "2:46 select customers"],
  ],
  [
    "an inner join",
    `${open}await supabase.from("orders").select("id, items!inner(name)");`,
    ["2:22 select orders", "2:43 select items"],
  ],
  [
    "another schema",
    `${open}await supabase.schema("shop").from("orders").select();`,
    ["2:37 select shop.orders"],
  ],
  [
    "a table kept in a constant",
    `${open}const TABLE = "orders";\nawait supabase.from(TABLE).select();`,
    ["3:21 select orders"],
  ],
  [
    "a client handed in",
    `import type { SupabaseClient } from "@supabase/supabase-js";\nexport const read = (db: SupabaseClient) => db.from("orders").select();`,
    ["2:54 select orders"],
  ],
  [
    "a client from another module",
    `import { supabase } from "./client.ts";\nawait supabase.from("orders").select();`,
    ["2:22 select orders"],
  ],
  [
    "a table that nobody knows",
    `${open}export const read = (table: string) => supabase.from(table).select();`,
    ["2:54 select ? `table` is a parameter of read"],
  ],
  ["a bucket of files", `${open}await supabase.storage.from("avatars").upload("a.png", file);`, []],
  ["an array", `${open}export const list = Array.from("orders");`, []],
  [
    "a hook's client",
    `import { useSupabaseClient } from "@supabase/auth-helpers-react";\nconst client = useSupabaseClient();\nexport const click = () => client.from("clicks").insert({});`,
    ["3:41 insert clicks"],
  ],
]);
