// bench/functions by hand: node:http and SQLite with group commit, under the function API's addresses. Run by
// bench/sections/host.ts.
import { serve } from "../serverProcess";
import { GroupCommit } from "./groupCommit";
import { listen, readBody, Refusal, refuse, sendText } from "./http";
import { TaskStore } from "./taskStore";
import type { TaskDocument } from "../taskDocument";
import type { Job } from "./taskStore";

export interface TaskServerOrder {
  readonly directory: string;
  /** How many tasks to store. */
  readonly tasks: number;
}

export interface TaskServerSetup {
  readonly url: string;
  /** A sample of the stored tasks. */
  readonly taskIds: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

serve<TaskServerOrder>(async ({ directory, tasks }) => {
  const store = new TaskStore(directory);
  const taskIds = store.seed(tasks);
  const commits = new GroupCommit(store);
  const jobs = new JobRunner(store, commits);
  for (const job of store.pendingJobs()) jobs.start(job);
  const { url, closeConnections } = await listen((request, response) => {
    readBody(request, (body) => {
      const answer = (valueText: string): void => sendText(response, 200, `{"status":"success","value":${valueText}}`);
      const fail = (error: unknown): void => refuse(response, error);
      try {
        const { path, args } = callOf(body);
        if (request.url === "/api/query") answer(query(store, jobs, path, args));
        else if (request.url === "/api/mutation") mutate(store, commits, jobs, { path, args, answer, fail });
        else throw new Refusal(404, "There is nothing at this address.");
      } catch (error) {
        fail(error);
      }
    });
  });
  return {
    setup: { url, taskIds },
    close: async () => {
      closeConnections();
      store.close();
    },
  };
});

/** Runs scheduled changes after the commit that stored them, in commits of their own. */
class JobRunner {
  readonly #store: TaskStore;
  readonly #commits: GroupCommit;
  #unfinished = 0;

  constructor(store: TaskStore, commits: GroupCommit) {
    this.#store = store;
    this.#commits = commits;
  }

  get isIdle(): boolean {
    return this.#unfinished === 0;
  }

  start(job: Job): void {
    this.#unfinished++;
    this.#commits.enqueue({
      work: () => {
        this.#store.runJob(job);
        return () => void this.#unfinished--;
      },
      fail: (error) => {
        throw error;
      },
    });
  }
}

function query(store: TaskStore, jobs: JobRunner, path: string, args: Fields): string {
  switch (path) {
    case "tasks:get":
      return store.taskText(text(args, "id")) ?? "null";
    case "tasks:lookup":
      return store.taskTextByKey(text(args, "key")) ?? "null";
    case "tasks:page": {
      const { paginationOpts } = args;
      if (!isFields(paginationOpts)) throw new Refusal(400, "paginationOpts is an object.");
      const before =
        paginationOpts["cursor"] === null ? Number.MAX_SAFE_INTEGER : Number(text(paginationOpts, "cursor"));
      const { texts, cursor } = store.page(text(args, "project"), number(paginationOpts, "numItems"), before);
      return `{"page":[${texts.join()}],"isDone":${cursor === null},"continueCursor":"${cursor ?? ""}"}`;
    }
    case "tasks:isScheduleDone":
      return String(jobs.isIdle);
    default:
      throw new Refusal(404, `There is no query ${path}.`);
  }
}

interface MutationCall {
  readonly path: string;
  readonly args: Fields;
  readonly answer: (valueText: string) => void;
  readonly fail: (error: unknown) => void;
}

function mutate(
  store: TaskStore,
  commits: GroupCommit,
  jobs: JobRunner,
  { path, args, answer, fail }: MutationCall,
): void {
  switch (path) {
    case "tasks:insert": {
      const task = taskOf(args);
      return commits.enqueue({ work: answering(answer, () => JSON.stringify(store.insertTask(task))), fail });
    }
    case "tasks:patch": {
      const [id, status, updatedAt] = [text(args, "id"), text(args, "status"), number(args, "updatedAt")];
      const work = answering(answer, () => {
        if (!store.patchTask(id, status, updatedAt)) throw new Refusal(404, "There is no such task.");
        return "null";
      });
      return commits.enqueue({ work, fail });
    }
    case "tasks:insertAndComplete": {
      const task = taskOf(args);
      return commits.enqueue({
        work: () => {
          const id = store.insertTask(task);
          const job = store.schedule(id, task.updatedAt);
          return () => {
            answer(JSON.stringify(id));
            jobs.start(job);
          };
        },
        fail,
      });
    }
    case "tasks:removeNew": {
      const limit = number(args, "limit");
      return commits.enqueue({ work: answering(answer, () => String(store.removeNewTasks(limit))), fail });
    }
    default:
      throw new Refusal(404, `There is no mutation ${path}.`);
  }
}

function answering(answer: (valueText: string) => void, run: () => string): () => () => void {
  return () => {
    const valueText = run();
    return () => answer(valueText);
  };
}

function callOf(body: string): { readonly path: string; readonly args: Fields } {
  const call: unknown = JSON.parse(body);
  if (!isFields(call) || !isFields(call["args"])) throw new Refusal(400, "The body holds a path and arguments.");
  return { path: text(call, "path"), args: call["args"] };
}

function taskOf(args: Fields): TaskDocument {
  const task = {
    key: text(args, "key"),
    project: text(args, "project"),
    assignee: text(args, "assignee"),
    dueAt: number(args, "dueAt"),
    title: text(args, "title"),
    description: text(args, "description"),
    status: text(args, "status"),
    updatedAt: number(args, "updatedAt"),
  };
  if (Object.keys(args).length > Object.keys(task).length) throw new Refusal(400, "The arguments have unknown fields.");
  return task;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new Refusal(400, `${name} is text.`);
  return value;
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number") throw new Refusal(400, `${name} is a number.`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
