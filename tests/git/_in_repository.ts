/** Looks at a repository and commits in it, in a process of its own: its environment is the test. */
import { commitWork } from "./_commit_work.ts";
import { ContentHashes } from "../../src/git/content_hash.ts";
import { workTree } from "../../src/git/work_tree.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { readStatus } from "../../src/git/status.ts";
import { joinPath } from "../../src/platform/paths.ts";

const [path = "", scratch = ""] = Deno.args;
const tree = await workTree(path);
const entries = (await readStatus(path))?.entries;
await Deno.writeTextFile(joinPath(path, "a.txt"), "other\n");
const { kind } = await commitWork({
  ...{ top: path, scratch, message: "feat: work\n", run: "r", clock: systemClock },
  ...{ ignored: joinPath(path, ".iteratr"), baseline: new Map(), hashes: new ContentHashes() },
});
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ tree, entries, kind })));
