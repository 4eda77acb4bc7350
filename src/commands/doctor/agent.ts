import { probeAgent } from "../../agent/probe.ts";
import type { Config } from "../../config/table.ts";
import { systemClock } from "../../platform/clock.ts";
import { messageOf, UserError } from "../../platform/failure.ts";
import { baseName } from "../../platform/paths.ts";
import { formatDuration } from "../../platform/text.ts";
import { splitWords } from "../../platform/words.ts";
import { makeRunEnvironment } from "../build/environment.ts";
import type { CommandWorld } from "../context.ts";
import { VERSION } from "../version.ts";
import { dubious, type Finding, fine, wrong } from "./finding.ts";

/** Versions of opencode that the tests run against. */
const TESTED_OPENCODE = /^1\.18\./;
const CRON_PATH = "/usr/bin:/bin";

/** Whether the agent starts and has the model, and whether cron would find it. */
export async function agentFindings(
  root: string,
  config: Config,
  world: CommandWorld,
): Promise<readonly Finding[]> {
  try {
    const command = splitWords("agent.command", config["agent.command"]);
    const settings = { root, command, session: "doctor", dataDirectory: config.data_dir };
    const run = crypto.randomUUID();
    await using environment = await makeRunEnvironment(run, settings, Deno.env.toObject());
    const probe = await probeAgent(environment.agent, {
      clock: systemClock,
      version: VERSION,
      model: config.model,
    });
    const detail = `${probe.name} ${probe.version}, ready in ${formatDuration(probe.ms)}`;
    const isUntested = baseName(command[0]) === "opencode" && !TESTED_OPENCODE.test(probe.version);
    return [
      isUntested
        ? dubious("agent", `${detail}; tested are versions 1.18.x`, "Report what does not work")
        : fine("agent", detail),
      await cronFinding(command[0], world),
    ];
  } catch (error) {
    const hints = error instanceof UserError ? error.hints.join("; ") : "";
    return [
      wrong("agent", messageOf(error), hints || `Try it by hand: ${config["agent.command"]}`),
    ];
  }
}

/** Whether a cron job, whose PATH is short, would find the agent. */
async function cronFinding(program: string, world: CommandWorld): Promise<Finding> {
  if (program.includes("/")) return fine("cron", `the agent is named by its path, ${program}`);
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'command -v -- "$1"', "sh", program],
    env: { PATH: CRON_PATH, HOME: world.env("HOME") ?? "/" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success ? fine("cron", `${program} is on the PATH that cron has`) : dubious(
    "cron",
    `${program} is not on the PATH that cron has (${CRON_PATH})`,
    "For runs from cron, name it by its path: iteratr config set agent.command '/path/to/opencode acp'",
  );
}
