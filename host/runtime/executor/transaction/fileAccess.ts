import type { DocumentStore } from "../../../store/documentStore";
import type { FileStore } from "../../../store/fileStore";
import type { StorageTokens } from "../../../store/storageTokens";
import type { MetaTable } from "../../../store/storeFile";

/** Stored files as the executor sees them. */
export class ExecutorStorage {
  /** Files whose document this batch has added or removed; see {@link settle}. */
  readonly #touched = new Set<string>();

  constructor(
    readonly files: FileStore,
    readonly tokens: StorageTokens,
    readonly meta: MetaTable,
    readonly cloudUrl: () => string,
  ) {}

  /** Notes a file whose document the running call adds or removes. */
  touch(id: string): void {
    this.#touched.add(id);
  }

  /**
   * After a commit or rollback, deletes every touched file that has no document, whatever the reason. A file that cannot
   * be deleted is left for the integrity check, since calls are waiting for their responses.
   */
  settle(store: DocumentStore, report: (problem: string) => void): void {
    for (const id of this.#touched) {
      try {
        if (store.get(id) === null) this.files.remove(id);
      } catch (error) {
        report(`Stored file ${id} could not be settled: ${String(error)}`);
      }
    }
    this.#touched.clear();
  }
}
