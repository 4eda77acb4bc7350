import type { Command } from "commander";
import { getConfig, setConfig, showConfig, unsetConfig } from "../config.ts";
import { doctor, type DoctorFlags } from "../doctor/doctor.ts";
import { genTemplate, type GenTemplateFlags } from "../gen_template.ts";
import { DATA_DIR, type ProgramContext } from "./context.ts";

/** Commands for what a project is set up with. */
export function addProjectCommands(program: Command, { world, finish }: ProgramContext): void {
  program.command("gen-template")
    .description("write the built-in prompt template to a file, to be changed")
    .option("-o, --output <file>", "where to (default: .iteratr.template)")
    .option("-f, --force", "overwrite an existing file")
    .action((flags: GenTemplateFlags) => genTemplate(flags, world));
  const config = program.command("config")
    .description("show the configuration, and where each value comes from")
    .option("--json", "print it as JSON")
    .action((flags: { json?: boolean }) => showConfig(flags, world));
  config.command("get <key>")
    .description("print one value")
    .action((key: string) => getConfig(key, world));
  config.command("set <key> <value>")
    .description("set one value in the project's file")
    .option("--global", "in the global file instead")
    .action((key: string, value: string, flags: { global?: boolean }) =>
      setConfig(key, value, flags, world)
    );
  config.command("unset <key>")
    .description("remove one value from the project's file")
    .option("--global", "from the global file instead")
    .action((key: string, flags: { global?: boolean }) => unsetConfig(key, flags, world));
  program.command("doctor")
    .description("check that everything is set up correctly")
    .option("--check", "check the store: its file, and the views of every session against its log")
    .option("--json", "print the findings as JSON")
    .option(...DATA_DIR)
    .action(async (flags: DoctorFlags) => finish(await doctor(flags, world)));
}
