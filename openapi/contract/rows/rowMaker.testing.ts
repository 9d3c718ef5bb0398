import type { World } from "../world.testing";

/** A row that was made for one request, and what that request needs to know of it. */
export interface MadeRow {
  readonly id: string;
  /** Who works on the row; the owner of `acme` unless given. */
  readonly credential?: string;
  /** Values of inputs that have to be the row's own: another name of it in the path, a confirmation. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Makes a row of a resource that no plain `create` makes. */
export type RowMaker = (world: World) => Promise<MadeRow>;
