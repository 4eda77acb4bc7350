import type { Journal } from "../journal.ts";
import type { Fields } from "../json.ts";
import { type Id, type Peer, RpcError } from "../peer.ts";
import type { Scenario, World } from "../scenario.ts";
import type { Session } from "../session.ts";
import type { Turn } from "../turn.ts";
import { type Offer, OFFERS, permissionParams, refusal } from "./permissions.ts";

/**
 * Asks the client all sorts of things, and then works: permissions, files, terminals, methods that do not
 * exist; within a turn, before the first and after each; with ids from 0 up and one equal to the id of the
 * client's own prompt. The turn fails when an answer is missing after `wait=5000` ms, or when a permission
 * was not granted though it could be; what goes wrong outside a turn fails the next one.
 */
export function makeRequests({ options, peer, journal, works }: World): Scenario {
  const poll = new Poll(peer, journal, options.count("wait", 5000));
  return {
    afterNew: (session) => {
      poll.ask("_foo/before", { sessionId: session.id });
      poll.ask("terminal/create", { sessionId: session.id, command: "true", args: [] });
    },
    prompt: async (turn) => {
      const { session, requestId } = turn;
      // Nothing else is open now, so that this id is ours to use.
      await poll.settle();
      poll.ask("_foo/same_id", { sessionId: session.id }, { id: requestId });
      for (const [method, params] of strangeRequests(session)) poll.ask(method, params);
      for (const offer of OFFERS) poll.askPermission(turn, offer);
      await poll.settle();
      return await works(turn);
    },
    afterTurn: (session) => {
      poll.ask("_foo/after", { sessionId: session.id });
    },
  };
}

/** Asks for permission with string ids, one of which looks like a number, and then works. `wait=5000`. */
export function makeStringIds({ options, peer, journal, works }: World): Scenario {
  const poll = new Poll(peer, journal, options.count("wait", 5000));
  let asked = 0;
  return {
    prompt: async (turn: Turn) => {
      for (const offer of OFFERS) {
        const id = asked++ === 0 ? String(turn.requestId) : `permission/${crypto.randomUUID()}`;
        poll.askPermission(turn, offer, id);
      }
      await poll.settle();
      return await works(turn);
    },
  };
}

function strangeRequests(session: Session): readonly (readonly [string, Fields])[] {
  const sessionId = session.id;
  return [
    ["_foo/bar", { sessionId }],
    ["terminal/create", { sessionId, command: "sleep", args: ["300"], cwd: session.cwd }],
    ["fs/read_text_file", { sessionId, path: "/etc/hostname" }],
    ["fs/write_text_file", { sessionId, path: `${session.cwd}/forbidden.txt`, content: "no\n" }],
  ];
}

interface Question {
  /** The request's id; the next number without one. */
  readonly id?: Id;
  /** What is wrong with an answer; without it any answer does, an error as well as a result. */
  readonly wrong?: (frame: Fields) => string | undefined;
}

/** Requests under way, and what is wrong with the answers to them. */
class Poll {
  readonly #peer: Peer;
  readonly #journal: Journal;
  readonly #wait: number;
  #open: Promise<string | undefined>[] = [];

  constructor(peer: Peer, journal: Journal, wait: number) {
    this.#peer = peer;
    this.#journal = journal;
    this.#wait = wait;
  }

  ask(method: string, params: Fields, question: Question = {}): void {
    this.#open.push(this.#judge(method, this.#peer.request(method, params, question.id), question));
  }

  askPermission(turn: Turn, offer: Offer, id?: Id): void {
    const wrong = (frame: Fields): string | undefined => refusal(offer, frame);
    const question = id === undefined ? { wrong } : { wrong, id };
    this.ask("session/request_permission", permissionParams(turn, offer), question);
  }

  /** Waits for the answers to all that was asked so far. */
  async settle(): Promise<void> {
    const verdicts = await Promise.all(this.#open.splice(0));
    const wrong = verdicts.filter((verdict) => verdict !== undefined);
    if (wrong.length === 0) return;
    const data = { service: "session", errorName: "BadAnswer" };
    throw new RpcError(-32603, `Internal error: ${wrong.join("; ")}`, data);
  }

  async #judge(
    method: string,
    answer: Promise<Fields>,
    { wrong }: Question,
  ): Promise<string | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.#wait);
    });
    const frame = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (frame !== undefined) return wrong?.(frame);
    this.#journal.event(`unanswered ${method}`);
    return `no answer to ${method} within ${this.#wait} ms`;
  }
}
