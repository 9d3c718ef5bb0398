import { uploadFile } from "../uploads.testing";
import type { RowMaker } from "./rowMaker.testing";

export const platformRows = {
  files: async ({ portico, owner }) => ({ id: (await uploadFile(portico, owner, "other")).id }),
} satisfies Record<string, RowMaker>;
