import assert from "node:assert/strict";
import type { CommitResult } from "../../src/git/commit.ts";
import type { CommitFacts } from "../../src/git/history.ts";
import { headCommit } from "./_head.ts";
import type { Baseline } from "../../src/git/baseline.ts";
import { takeBaseline } from "../../src/git/pending.ts";
import { commitWork } from "./_commit_work.ts";
import { ContentHashes } from "../../src/git/content_hash.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { joinPath } from "../../src/platform/paths.ts";

/** Nothing was dirty before. */
export const NONE: Baseline = new Map();

/** A private directory, as a run has one. */
export class Scratch implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Scratch> {
    return new Scratch(await Deno.makeTempDir({ prefix: "iteratr-test-" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A temporary repository, as a session finds it. Its own settings keep those of the tester out. */
export class Repository implements AsyncDisposable {
  readonly path: string;
  readonly hashes = new ContentHashes();

  private constructor(path: string) {
    this.path = path;
  }

  /** A repository without a commit. */
  static async empty(): Promise<Repository> {
    const made = await Deno.realPath(await Deno.makeTempDir({ prefix: "iteratr-test-" }));
    const repository = new Repository(made);
    await repository.git("init", "-q", "-b", "main");
    await repository.configure({
      "user.name": "A",
      "user.email": "a@example.org",
      "commit.gpgSign": "false",
      "core.hooksPath": ".git/hooks",
      "core.excludesFile": "/dev/null",
    });
    return repository;
  }

  /** A repository with one commit. */
  static async make(): Promise<Repository> {
    const repository = await Repository.empty();
    for (const name of ["a.txt", "b.txt", "c.txt", "d/x.txt"]) {
      await repository.write(name, `${name}\n2\n3\n4\n5\n6\n7\n8\n9\n`);
    }
    await repository.write(".gitignore", "ignored/\n*.log\n");
    await repository.commitAll();
    return repository;
  }

  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(settings)) await this.git("config", key, value);
  }

  join(...parts: readonly string[]): string {
    return joinPath(this.path, ...parts);
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    const cut = name.lastIndexOf("/");
    if (cut > 0) await Deno.mkdir(this.join(name.slice(0, cut)), { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(this.join(name), bytes);
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(this.join(name), { recursive: true });
  }

  async hook(name: string, script: string): Promise<void> {
    await Deno.mkdir(this.join(".git/hooks"), { recursive: true });
    await Deno.writeTextFile(this.join(".git/hooks", name), `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
  }

  async git(...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", this.path, ...args],
      stdin: "null",
    }).output();
    assert.ok(success, `git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  async commitAll(): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "-q", "-m", "x");
  }

  /** What is dirty before a session. */
  async baseline(): Promise<Baseline> {
    const files = await takeBaseline(this.path, this.join(".iteratr"), this.hashes);
    assert.ok(files !== undefined, "git cannot tell which files are dirty");
    return files;
  }

  /** Commits as an iteration does. */
  async work(baseline = NONE, message = "feat: work\n"): Promise<CommitResult> {
    await using scratch = await Scratch.make();
    const result = await commitWork({
      top: this.path,
      ignored: this.join(".iteratr"),
      baseline,
      hashes: this.hashes,
      message,
      scratch: scratch.path,
      run: "run-test",
      clock: systemClock,
    });
    assert.deepEqual(Array.from(Deno.readDirSync(scratch.path)), [], "something is left");
    return result;
  }

  /** Commits as an iteration does, which must come to a commit of these changes (`M a.txt`). */
  async expectCommit(changes: readonly string[], baseline = NONE): Promise<CommitFacts> {
    const before = await headCommit(this.path);
    const result = await this.work(baseline);
    assert.equal(result.kind, "committed", JSON.stringify(result));
    assert.ok(result.kind === "committed");
    assert.deepEqual(await this.changes(), changes.toSorted());
    const [commit, ...more] = result.commits;
    assert.ok(commit !== undefined && more.length === 0, JSON.stringify(result));
    assert.equal(commit.id, await headCommit(this.path));
    // One commit on top of what was there, and nothing else.
    const parents = (await this.git("log", "-1", "--format=%P")).trim();
    assert.equal(parents, before);
    return commit;
  }

  async expectNothing(baseline = NONE): Promise<void> {
    const before = await headCommit(this.path);
    assert.deepEqual(await this.work(baseline), { kind: "nothing" });
    assert.equal(await headCommit(this.path), before);
  }

  /** What the last commit has changed. */
  async changes(): Promise<readonly string[]> {
    const shown = await this.git("show", "--format=", "--name-status", "--no-renames", "-z");
    const words = shown.split("\0").slice(0, -1);
    return words.flatMap((word, at) => at % 2 === 0 ? [`${word} ${words[at + 1]}`] : []).toSorted();
  }

  /** The index, and how the work tree differs from it. */
  async state(): Promise<string> {
    return await this.git("ls-files", "--stage") +
      await this.git("status", "--porcelain", "--untracked-files=all", "--no-renames");
  }

  /** Text of the files as the last commit has it. */
  async committed(name: string): Promise<string> {
    return await this.git("show", `HEAD:${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A temporary repository with one that is a submodule of it, at `m`. */
export async function withSubmodule(repository: Repository, other: Repository): Promise<void> {
  const allow = ["-c", "protocol.file.allow=always"];
  await repository.git(...allow, "submodule", "--quiet", "add", other.path, "m");
  await repository.git("-C", "m", "config", "user.name", "A");
  await repository.git("-C", "m", "config", "user.email", "a@example.org");
  await repository.commitAll();
}
