import path from "node:path";
import { spreadSample } from "../seed/spreadSample";
import { afterNewKeys, newKeyPrefix, taskDocument } from "../taskDocument";
import { SqliteStore, timeOrderedId } from "./sqliteStore";
import type { TaskDocument } from "../taskDocument";

/** The tables and indexes of bench/functions/schema.ts, as a careful author writes them by hand, and a job queue. */
const tables = `
CREATE TABLE tasks (id TEXT PRIMARY KEY, key TEXT, project TEXT, assignee TEXT, due_at INTEGER, created INTEGER,
  document TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX tasks_by_key ON tasks (key, created);
CREATE INDEX tasks_by_project ON tasks (project, created);
CREATE INDEX tasks_by_assignee_and_due ON tasks (assignee, due_at, created);
CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, scheduled_at INTEGER, completed_at INTEGER, task_id TEXT,
  updated_at INTEGER) WITHOUT ROWID;
CREATE INDEX jobs_by_state ON jobs (state, scheduled_at);
CREATE INDEX jobs_by_completion ON jobs (completed_at);
`;

/** A page of tasks as JSON texts. */
export interface TaskPage {
  readonly texts: readonly string[];
  /** Where the next page begins, or null at the end. */
  readonly cursor: number | null;
}

/** A scheduled change of a task. */
export interface Job {
  readonly id: string;
  readonly taskId: string;
  readonly updatedAt: number;
}

/** The measured functions' statements. Documents leave as the text that is stored. */
export class TaskStore extends SqliteStore {
  constructor(directory: string) {
    super(path.join(directory, "baseline.sqlite"), tables);
  }

  insertTask(task: TaskDocument): string {
    const created = this.nextCreation();
    const id = timeOrderedId(created);
    const { key, project, assignee, dueAt } = task;
    this.run("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?)", [
      id,
      key,
      project,
      assignee,
      dueAt,
      created,
      JSON.stringify({ ...task, _id: id, _creationTime: created / 1000 }),
    ]);
    return id;
  }

  patchTask(id: string, status: string, updatedAt: number): boolean {
    const text = this.taskText(id);
    if (text === null) return false;
    const document: object = JSON.parse(text);
    this.run("UPDATE tasks SET document = ? WHERE id = ?", [JSON.stringify({ ...document, status, updatedAt }), id]);
    return true;
  }

  taskText(id: string): string | null {
    return textOf(this.get("SELECT document FROM tasks WHERE id = ?", [id])?.[0]);
  }

  taskTextByKey(key: string): string | null {
    return textOf(this.get("SELECT document FROM tasks WHERE key = ? LIMIT 1", [key])?.[0]);
  }

  page(project: string, size: number, before: number): TaskPage {
    const rows = this.all(
      "SELECT document, created FROM tasks WHERE project = ? AND created < ? ORDER BY created DESC LIMIT ?",
      [project, before, size],
    );
    const texts = rows.map((row) => String(row[0]));
    return { texts, cursor: rows.length < size ? null : Number(rows.at(-1)?.[1]) };
  }

  /** @returns how many of at most `limit` were removed */
  removeNewTasks(limit: number): number {
    const rows = this.all("SELECT id FROM tasks WHERE key >= ? AND key < ? LIMIT ?", [
      newKeyPrefix,
      afterNewKeys,
      limit,
    ]);
    for (const row of rows) this.run("DELETE FROM tasks WHERE id = ?", row);
    return rows.length;
  }

  schedule(taskId: string, updatedAt: number): Job {
    const job = { id: timeOrderedId(this.nextCreation()), taskId, updatedAt };
    this.run("INSERT INTO jobs VALUES (?, 'pending', ?, NULL, ?, ?)", [job.id, Date.now(), taskId, updatedAt]);
    return job;
  }

  /** Makes a job's change, once: its state changes in the same transaction. */
  runJob({ id, taskId, updatedAt }: Job): void {
    const row = this.get("SELECT state FROM jobs WHERE id = ?", [id]);
    if (row?.[0] !== "pending") return;
    this.patchTask(taskId, "complete", updatedAt);
    this.run("UPDATE jobs SET state = 'success', completed_at = ? WHERE id = ?", [Date.now(), id]);
  }

  /** Jobs that a crash left behind. */
  pendingJobs(): readonly Job[] {
    return this.all("SELECT id, task_id, updated_at FROM jobs WHERE state = 'pending' ORDER BY scheduled_at", []).map(
      ([id, taskId, updatedAt]) => ({ id: String(id), taskId: String(taskId), updatedAt: Number(updatedAt) }),
    );
  }

  /** Fills the store with what the host's is filled with. */
  seed(count: number): readonly string[] {
    const sampleOf = spreadSample(count);
    const sample: string[] = [];
    this.run("BEGIN");
    for (let at = 0; at < count; at++) sample.push(...sampleOf([this.insertTask(taskDocument(at))], at));
    this.run("COMMIT");
    return sample;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
