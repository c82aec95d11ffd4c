import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { FileLine } from "../e2e/log_root_files.ts";
import { PossibleValues } from "./possible_values.ts";
import type { RandomNumbers } from "./random_numbers.ts";
import type { RootFiles } from "./root_files.ts";
import { type ClientOptions, type Recovered, untilGone, type Workload } from "./workload.ts";

const SESSIONS = "/session_backend/api/v1/sessions";
const CLIENTS = 4;
const MESSAGES_AT_ONCE_MAX = 4;
const PAGE_SIZE_MAX = 1_000;

/** Something that a client does to a thing: the request, and what the thing is then. */
interface Command {
  readonly name: string;
  readonly value: unknown;
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: object;
  readonly status: number;
}

/** Clients with sessions of their own, which they fill with agents and messages, change, and delete. */
export class BackendWorkload implements Workload {
  readonly acknowledgements_max = 60;
  readonly #values = new PossibleValues();
  /** Which client a session belongs to, so that no two commands on one thing are under way at once. */
  readonly #owners = new Map<string, number>();
  /** The log of each session as it was when the server was last asked for all that the session holds. */
  readonly #settled = new Map<string, readonly FileLine[]>();
  #last_message = 0;
  readonly report = { acknowledged: 0, deleted: 0, sessions: 0 };

  run(newOptions: () => ClientOptions): readonly Promise<void>[] {
    return Array.from({ length: CLIENTS }, (_, client) => {
      const options = newOptions();
      return untilGone(async () => {
        for (;;) await this.#act(client, options);
      });
    });
  }

  /** The log of a session whose deletion was answered is erased, without any recovery. */
  checkKilled(files: RootFiles): void {
    expect(files.among(this.#values.gone())).toEqual([]);
  }

  /** What a session holds follows from its log. So it is asked for if the log changed, or if a command may have. */
  async checkRecovered({ ledger: { url }, files, ask_all }: Recovered): Promise<void> {
    const sessions = await listed(url, SESSIONS, "sessions");
    const ids = sessions.map(({ session_id }) => String(session_id));
    const found = this.#values.settle("", new Map(ids.map((session_id) => [session_id, true])));
    this.report.sessions = ids.length;
    const logs = files.logs();
    for (const session_id of ids) {
      const log = logs.get(`users/_agents/sessions/${session_id}.jsonl`);
      if (log === undefined) found.push(`${session_id} has no log`);
      else if (ask_all || this.#settled.get(session_id) !== log) {
        found.push(...(await this.#settleSession(url, session_id)));
        this.#settled.set(session_id, log);
      }
    }
    expect(found).toEqual([]);
    expect(files.among(this.#values.gone())).toEqual([]);
  }

  async #settleSession(url: string, session_id: string): Promise<string[]> {
    const path = `${SESSIONS}/${session_id}/agents`;
    const agents = await listed(url, path, "agents");
    const names = agents.map(({ agent_id, state }) => [`${session_id}/${agent_id}`, state] as const);
    const found = this.#values.settle(session_id, new Map(names));
    for (const { agent_id } of agents) {
      const parent = `${session_id}/${agent_id}`;
      const messages = await listed(url, `${path}/${agent_id}/messages`, "messages");
      const contents = messages.map(
        ({ message_id, message }) => [`${parent}/${message_id}`, message] as const,
      );
      found.push(...this.#values.settle(parent, new Map(contents)));
    }
    return found;
  }

  async #act(client: number, options: ClientOptions): Promise<void> {
    const { random } = options;
    const own = this.#values.certainBelow("").filter((name) => this.#owners.get(name) === client);
    const session = random.pick(own);
    if (session === undefined) return this.#createSession(client, options);
    const agent = random.pick(this.#values.certainBelow(session));
    if (agent === undefined) return this.#createAgent(session, options);
    const message = random.pick(this.#values.certainBelow(agent));
    switch (random.below(16)) {
      case 0:
        return this.#delete(session, options);
      case 1:
        return this.#createSession(client, options);
      case 2:
        return this.#createAgent(session, options);
      case 3:
        return this.#delete(agent, options);
      case 4:
      case 5:
        return this.#changeAgent(agent, options);
      case 6:
        return message === undefined ? undefined : this.#delete(message, options);
      case 7:
      case 8:
        return message === undefined ? undefined : this.#changeMessage(message, options);
      default:
        return this.#createMessages(agent, options);
    }
  }

  #createSession(client: number, options: ClientOptions): Promise<void> {
    const session_id = randomUUID();
    this.#owners.set(session_id, client);
    const body = { session_id };
    return this.#send(
      { name: session_id, value: true, method: "POST", path: SESSIONS, body, status: 201 },
      options,
    );
  }

  #createAgent(session_id: string, options: ClientOptions): Promise<void> {
    const agent_id = randomUUID();
    const state = someContent(options.random);
    const body = { agent_id, state };
    const path = `${SESSIONS}/${session_id}/agents`;
    return this.#send(
      { name: `${session_id}/${agent_id}`, value: state, method: "POST", path, body, status: 201 },
      options,
    );
  }

  async #createMessages(agent: string, options: ClientOptions): Promise<void> {
    const count = 1 + options.random.below(MESSAGES_AT_ONCE_MAX);
    const creations = Array.from({ length: count }, () => {
      this.#last_message += 1;
      const message_id = this.#last_message;
      const message = { role: "user", content: [someContent(options.random)] };
      const path = `${pathOf(agent)}/messages`;
      const body = { message_id, message };
      return this.#send(
        { name: `${agent}/${message_id}`, value: message, method: "POST", path, body, status: 201 },
        options,
      );
    });
    await Promise.all(creations);
  }

  #changeAgent(agent: string, options: ClientOptions): Promise<void> {
    const state = someContent(options.random);
    return this.#send(
      { name: agent, value: state, method: "PUT", path: pathOf(agent), body: { state }, status: 200 },
      options,
    );
  }

  #changeMessage(name: string, options: ClientOptions): Promise<void> {
    const message = { role: "assistant", content: [someContent(options.random)] };
    return this.#send(
      { name, value: message, method: "PUT", path: pathOf(name), body: { message }, status: 200 },
      options,
    );
  }

  async #delete(name: string, options: ClientOptions): Promise<void> {
    await this.#send({ name, value: undefined, method: "DELETE", path: pathOf(name), status: 204 }, options);
    this.report.deleted += 1;
  }

  async #send(
    { name, value, method, path, body, status }: Command,
    { url, onAcknowledged }: ClientOptions,
  ): Promise<void> {
    this.#values.submit(name, value);
    this.#settled.delete(sessionOf(name));
    const content = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    const answer = await fetch(url + path, { method, ...content });
    const text = await answer.text();
    expect([method, path, answer.status], text).toEqual([method, path, status]);
    this.#values.acknowledge(name, value);
    this.report.acknowledged += 1;
    onAcknowledged();
  }
}

/** The session that a name stands for, or stands below. */
function sessionOf(name: string): string {
  return name.split("/", 1)[0]!;
}

/** The path of a session, an agent or a message, whose name has the ids from the top. */
function pathOf(name: string): string {
  const [session_id, agent_id, message_id] = name.split("/");
  const agent = agent_id === undefined ? "" : `/agents/${agent_id}`;
  return `${SESSIONS}/${session_id}${agent}${message_id === undefined ? "" : `/messages/${message_id}`}`;
}

function someContent(random: RandomNumbers): object {
  return { text: "x".repeat(random.below(1_000)), drawn: random.below(2 ** 32) };
}

/** Every item of a list, page by page. */
async function listed(url: string, path: string, key: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await fetch(`${url}${path}?page=${page}&page_size=${PAGE_SIZE_MAX}`);
    expect([path, answer.status]).toEqual([path, 200]);
    const body = (await answer.json()) as Record<string, unknown>;
    items.push(...(body[key] as Record<string, unknown>[]));
    if (items.length >= Number(body["total"])) return items;
  }
}
