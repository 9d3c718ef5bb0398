export { deleteExpired } from "./records/retention";
