/** What was said in which room. */
import type { Sql } from "freehold/connect";

export interface Message {
  id: string;
  room: string;
  author: string;
  body: string;
  postedAt: Date;
}

/** Keeps a message in a room. @returns it as it is kept */
export async function post(
  sql: Sql,
  { room, author, body }: Pick<Message, "room" | "author" | "body">,
): Promise<Message> {
  const [row] = await sql<Message[]>`
    insert into history (room, author, body) values (${room}, ${author}, ${body})
    returning id, room, author, body, posted_at as "postedAt"`;
  return { ...row! };
}

/** The latest messages of a room, the latest first; `before` is the id to go on from. */
export async function list(
  sql: Sql,
  room: string,
  limit: number,
  before: string | undefined,
): Promise<Message[]> {
  const rows = await sql<Message[]>`
    select id, room, author, body, posted_at as "postedAt"
    from history
    where room = ${room} ${before === undefined ? sql`` : sql`and id < ${before}`}
    order by id desc
    limit ${limit}`;
  return rows.map((row) => ({ ...row }));
}
