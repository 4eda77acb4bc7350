import type { MakeScenario } from "./scenario.ts";
import { makeEdits, makeNotesOnly, makeToggles } from "./scenarios/busywork.ts";
import { makeChildren } from "./scenarios/children.ts";
import { makeCrash } from "./scenarios/crash.ts";
import { makeErrors } from "./scenarios/errors.ts";
import { makeFails } from "./scenarios/fails.ts";
import { makeAuth, makeOldShapes, makeWrongProtocol } from "./scenarios/handshake.ts";
import { makeAsks, makeEmpty, makeRefuses, makeTalks } from "./scenarios/idle.ts";
import { makeNoise } from "./scenarios/noise.ts";
import { makeRequests, makeStringIds } from "./scenarios/requests.ts";
import { makeRunsAway } from "./scenarios/runs_away.ts";
import { makeHangInitialize, makeHangNew, makeSilent } from "./scenarios/silent.ts";
import { makeSplit } from "./scenarios/split.ts";
import { makeUnknownUpdates } from "./scenarios/unknown_updates.ts";
import { makeBigFrame, makeFlood, makeSlowTool } from "./scenarios/volume.ts";

/** What can be asked for by name. `works` has nothing of its own: it is what all others fall back to. */
export const SCENARIOS: ReadonlyMap<string, MakeScenario> = new Map<string, MakeScenario>([
  ["works", () => ({})],
  ["empty", makeEmpty],
  ["talks", makeTalks],
  ["asks", makeAsks],
  ["refuses", makeRefuses],
  ["edits", makeEdits],
  ["toggles", makeToggles],
  ["notes-only", makeNotesOnly],
  ["crash", makeCrash],
  ["fails", makeFails],
  ["runs-away", makeRunsAway],
  ["silent", makeSilent],
  ["hang-initialize", makeHangInitialize],
  ["hang-new", makeHangNew],
  ["noise", makeNoise],
  ["string-ids", makeStringIds],
  ["requests", makeRequests],
  ["unknown-updates", makeUnknownUpdates],
  ["flood", makeFlood],
  ["big-frame", makeBigFrame],
  ["slow-tool", makeSlowTool],
  ["split", makeSplit],
  ["errors", makeErrors],
  ["old-shapes", makeOldShapes],
  ["wrong-protocol", makeWrongProtocol],
  ["auth", makeAuth],
  ["children", makeChildren],
]);
