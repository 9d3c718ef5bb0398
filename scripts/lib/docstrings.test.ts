import { expect, test } from "vitest";
import { documentedShare, publicNames, untypedThrows } from "./docstrings";

const lacking = (text: string): string[] =>
  publicNames([{ file: "a.ts", text }])
    .filter(({ isDocumented }) => !isDocumented)
    .map(({ line, name }) => `${line} ${name}`);

test.each([
  ["a function", "export function close(): void {}", ["1 close"]],
  ["an arrow function", "export const close = (): void => undefined;", ["1 close"]],
  [
    "a class and its methods",
    "export class Store {\n  close(): void {}\n  get size() { return 0; }\n}",
    "1 Store|2 Store.close|3 Store.size".split("|"),
  ],
  ["an interface", "export interface Options { readonly size: number }", ["1 Options"]],
  ["a type", 'export type Order = "asc" | "desc";', ["1 Order"]],
  [
    "a docstring that repeats the name",
    "/** Closes the given stores. */\nexport function closeStore(): void {}",
    ["2 closeStore"],
  ],
  ["a comment that is no docstring", "// Ends every call first.\nexport function close(): void {}", ["2 close"]],
])("finds %s", (_what, text, names) => {
  expect(lacking(text)).toEqual(names);
});

test.each([
  ["what is not exported", "function close(): void {}\nclass Store { close(): void {} }"],
  ["a docstring that says more", "/** Waits for running calls first. */\nexport function close(): void {}"],
  [
    "a docstring of tags alone",
    "/** @throws {StoreError} when another process has the file */\nexport function open(): void {}",
  ],
  [
    "one overload's docstring",
    "/** Ends every call. */\nexport function end(): void;\nexport function end(now?: boolean): void {}",
  ],
  [
    "private and inherited members",
    "/** Rows by id. */\nexport class Store extends Base {\n  #a() {}\n  private b() {}\n  protected c() {}\n  override d() {}\n  constructor() { super(); }\n}",
  ],
  [
    "what the interface says",
    "/** How rows end. */\ninterface Closable {\n  /** Waits for calls. */\n  close(): void;\n}\n/** Rows by id. */\nexport class Store implements Closable {\n  close(): void {}\n}",
  ],
  ["a type read off a value", "export type Name = keyof typeof names;"],
])("leaves out %s", (_what, text) => {
  expect(lacking(text)).toEqual([]);
});

test("a share falls with a name that lacks its docstring", () => {
  const [open, close] = [
    "/** Takes the file's lock. */\nexport function open(): void {}",
    "export function close(): void {}",
  ];
  const shareOf = (text: string) => documentedShare(publicNames([{ file: "a.ts", text }]));
  expect([shareOf(open), shareOf(`${open}\n${close}`), shareOf("")]).toEqual([1, 0.5, 1]);
});

test("finds a @throws without a type", () => {
  const text =
    "/**\n * @throws Error when it is open\n * @throws {Error} when it is open\n */\n/** @throws when it fails */";
  expect(untypedThrows(text)).toEqual([2, 5]);
});
