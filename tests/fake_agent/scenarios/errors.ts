import type { Fields } from "../json.ts";
import { RpcError } from "../peer.ts";
import type { Scenario, World } from "../scenario.ts";

/**
 * Answers with a JSON-RPC error: `code=-32603`, `message=`, `errorName=APIError`; `at=` says to what:
 * `initialize`, `new` or `prompt`, which is also what `from=` and `times=` count.
 */
export function makeErrors({ options, strikes }: World): Scenario {
  const at = options.word("at", ["initialize", "new", "prompt"], "prompt");
  const code = options.number("code", -32603);
  const message = options.text("message", "Internal error: fake 500");
  const errorName = options.text("errorName", "APIError");
  const fail = (): never => {
    throw new RpcError(code, message, { service: "session", errorName });
  };
  const failOrAnswer = (usual: Fields): Fields => strikes.next() ? fail() : usual;
  switch (at) {
    case "initialize":
      return { initialize: failOrAnswer };
    case "new":
      return { newSession: failOrAnswer };
    case "prompt":
      return { prompt: async () => await fail() };
  }
}
