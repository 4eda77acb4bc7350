import { RequestError } from "@agentclientprotocol/sdk";
import { allow } from "./permission.ts";

/**
 * Answers what the agent asks of its client. iteratr offers neither files nor terminals (the agent has
 * its own), so everything but permissions is refused, so that no agent waits for an answer.
 *
 * @throws {RequestError} `-32601` for a method that is not offered.
 */
export function answerRequest(method: string, params: unknown): unknown {
  switch (method) {
    case "session/request_permission":
      return allow(params);
    case "fs/write_text_file":
      // opencode mirrors an edit that was allowed and does the writing itself: nothing to do here.
      return {};
    default:
      throw RequestError.methodNotFound(method);
  }
}
