import { Client, grantAll, type Respond } from "./_client.ts";
import { type Fields, fieldsOf, parseJson } from "./json.ts";
import { ITERATR_STUB } from "./_stub.ts";

const MAIN = new URL("./main.ts", import.meta.url).pathname;

/** A temporary directory: `work` for the session, `bin` with a stand-in for `iteratr`. */
export class Place implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "fake-agent-" }));
    await Deno.mkdir(place.work);
    await Deno.mkdir(place.path("bin"));
    await Deno.writeTextFile(place.path("bin/iteratr"), ITERATR_STUB, { mode: 0o755 });
    return place;
  }

  get work(): string {
    return this.path("work");
  }

  path(name: string): string {
    return `${this.root}/${name}`;
  }

  /** The text of a file below the root; empty when there is none. */
  read(name: string): string {
    try {
      return Deno.readTextFileSync(this.path(name));
    } catch {
      return "";
    }
  }

  /** How `iteratr` was called. */
  calls(): readonly string[] {
    return this.read("bin/calls").split("\n").filter((line) => line !== "");
  }

  /** The entries of the fake's log, `log=` having named the file `log`. */
  log(): readonly Fields[] {
    return this.read("log").split("\n").filter((line) => line !== "").map(parseJson).map(fieldsOf);
  }

  /** Starts a fake in this place and does no more: how its process is used is the caller's. */
  spawn(args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, ...args],
      cwd: this.work,
      env: { PATH: `${this.path("bin")}:${Deno.env.get("PATH")}` },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  start(args: string, respond: Respond = grantAll): Client {
    return new Client(this.spawn(args.split(" ")), this.work, respond);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}
