import { systemClock } from "../../platform/clock.ts";
import { messageOf, UserError } from "../../platform/failure.ts";
import { asLogLevel, type Log, NO_LOG, openLog } from "../../platform/log.ts";
import type { BuildSettings } from "./settings.ts";

/**
 * Opens the log file, if there is to be one.
 *
 * @throws {UserError} when it cannot be written.
 */
export function openRunLog(
  { config }: BuildSettings,
  mask: (text: string) => string,
): Log & Disposable {
  const { log_file: file, log_level: level } = config;
  if (file === undefined) return { ...NO_LOG, [Symbol.dispose]: () => undefined };
  try {
    return openLog({ file, level: asLogLevel(level), clock: systemClock, mask });
  } catch (error) {
    throw new UserError(`log_file ${file} cannot be written: ${messageOf(error)}`);
  }
}
