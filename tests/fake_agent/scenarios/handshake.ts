import { oldShapes } from "../models.ts";
import { type Handler, RpcError } from "../peer.ts";
import type { Scenario, World } from "../scenario.ts";

/**
 * Speaks of models and modes in the older shapes: `models` and `modes` in the answer to `session/new`,
 * `session/set_model` and `session/set_mode` instead of `session/set_config_option`.
 */
export function makeOldShapes({ catalogue }: World): Scenario {
  return {
    newSession: (_usual, session) => ({
      sessionId: session.id,
      ...oldShapes(catalogue, session.choices),
    }),
    methods: (sessionOf) => {
      const setModel: Handler = (params) => {
        const session = sessionOf(params);
        const model = String(params["modelId"]);
        if (!catalogue.models.includes(model)) {
          throw new RpcError(-32602, `model not found: ${model}`);
        }
        session.choices = { ...session.choices, model };
        return { result: {} };
      };
      const setMode: Handler = (params) => {
        const session = sessionOf(params);
        session.choices = { ...session.choices, mode: String(params["modeId"]) };
        return { result: {} };
      };
      return {
        "session/set_config_option": undefined,
        "session/set_model": setModel,
        "session/set_mode": setMode,
      };
    },
  };
}

/** Answers `initialize` with a protocol that does not exist yet: `version=99`. */
export function makeWrongProtocol({ options }: World): Scenario {
  const protocolVersion = options.count("version", 99);
  return { initialize: (usual) => ({ ...usual, protocolVersion }) };
}

/** Wants a login that no client can give: `session/new` fails; `from=` and `times=` count sessions. */
export function makeAuth({ strikes }: World): Scenario {
  return {
    newSession: (usual) => {
      if (strikes.next()) throw new RpcError(-32000, "Authentication required");
      return usual;
    },
  };
}
