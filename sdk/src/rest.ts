// The REST API alone: nothing of Convex gets into a bundle that is one file.
export { RestClient as Portico, type RestOptions as PorticoOptions } from "./restClient";
export * from "./common";
