export { ensure } from "./records/roleRows";
