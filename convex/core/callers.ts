export { assertKnown } from "./access/callers";
