export { resume } from "./records/cascades";
