/*
 * deno run -A lock_holder.ts DATABASE_FILE
 *
 * Holds SQLite's write lock until standard input ends; says `locked` when it has it.
 */
import { DatabaseSync } from "node:sqlite";
import { writeAllSync } from "../../src/platform/write.ts";

const database = new DatabaseSync(Deno.args[0] ?? "");
database.exec("begin immediate");
writeAllSync(Deno.stdout, "locked\n");
for await (const _chunk of Deno.stdin.readable);
database.exec("rollback");
database.close();
