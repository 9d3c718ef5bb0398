import { expect, it } from "vitest";
import { deviceGuid } from "./fields";

const guid = "4c4c4544-0035-5910-8052-b7c04f4e3132";

it.each([
  guid,
  guid.toUpperCase(),
  `{${guid}}`,
  `{${guid.toUpperCase()}}`,
  guid.replaceAll("-", ""),
  `{${guid.replaceAll("-", "")}}`,
  `urn:uuid:${guid}`,
  `URN:UUID:${guid.toUpperCase()}`,
])("%s names one device in one spelling", (spelling) => {
  expect(deviceGuid().parse(spelling)).toBe(guid);
});

it.each(["host-0001.example", "ABC12345", "serial:77-00"])("%s stays what it is, in lower case", (text) => {
  expect(deviceGuid().parse(text)).toBe(text.toLowerCase());
});

it.each([
  "00000000-0000-0000-0000-000000000000",
  "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
  "03000200-0400-0500-0006-000700080009",
  "{03000200-0400-0500-0006-000700080009}",
  `{${guid}`,
  `${guid}}`,
  "--------",
  "{}{}{}{}",
  "........",
  "aaaaaaaa",
])("%s names no device", (text) => {
  expect(deviceGuid().safeParse(text).success).toBe(false);
});
