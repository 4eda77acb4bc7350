/**
 * Deno's cache directory. A sandbox with a home of its own would make Deno fill a new one, so what
 * starts Deno in there has to name the one that is filled already.
 */
export async function denoDirectory(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    stdin: "null",
    stderr: "null",
  }).output();
  const info: unknown = JSON.parse(new TextDecoder().decode(stdout));
  if (typeof info === "object" && info !== null && "denoDir" in info) return String(info.denoDir);
  throw new Error("deno info does not tell its cache directory");
}
