import * as fc from "fast-check";
import PostalMime from "postal-mime";
import { describe, expect, it } from "vitest";
import { emlOf } from "./emlFile";

const message = {
  emailId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
  createdAt: Date.UTC(2026, 0, 15, 9, 30),
  from: "North Wind <mail@example.com>",
  to: "dana.okoye@example.com",
  subject: "You are invited",
  text: "Hello\n\nDana",
  html: "<p>Hello Dana</p>",
  headers: {},
};
/** What a program has read: with one kind of line ends, and without that which it puts behind the last line as behind every other. */
const lines = (text = "") => text.replaceAll("\r\n", "\n").replace(/\n$/, "");

describe("an e-mail's file", () => {
  it("is what a mail program reads: who, to whom, when, what, and how to end it", async () => {
    const headers = { "List-Unsubscribe": "<https://portico.example/v1/email/unsubscribe?token=a.b.c>" };
    const email = await PostalMime.parse(emlOf({ ...message, headers }));
    expect(email.from).toMatchObject({ name: "North Wind", address: "mail@example.com" });
    expect(email.to).toMatchObject([{ address: "dana.okoye@example.com" }]);
    expect(email.subject).toBe("You are invited");
    expect(email.date).toBe("2026-01-15T09:30:00.000Z");
    expect(email.messageId).toBe("<jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r@portico.invalid>");
    expect(email.headers).toContainEqual(
      expect.objectContaining({ key: "list-unsubscribe", value: headers["List-Unsubscribe"] }),
    );
    expect([lines(email.text), lines(email.html)]).toEqual(["Hello\n\nDana", "<p>Hello Dana</p>"]);
  });

  it.each(["Zürich 😀", "a".repeat(500), "=?utf-8?B?QQ==?=", "😀".repeat(100), "\ud800 alone", '"Quoted", <b>'])(
    "has any subject, and a sender of any name: %s",
    async (name) => {
      const file = emlOf({ ...message, subject: name, from: `${name.replaceAll(/["<>]/g, "")} <mail@example.com>` });
      const email = await PostalMime.parse(file);
      expect(email.subject).toBe(name.toWellFormed());
      expect(email.from).toMatchObject({
        name: name.toWellFormed().replaceAll(/["<>]/g, ""),
        address: "mail@example.com",
      });
    },
  );

  it("has whatever text there is, in lines of ASCII that every server passes on", async () => {
    const text = fc.string({ unit: "binary", maxLength: 400 }).filter((value) => !/[\r\0]/.test(value));
    await fc.assert(
      fc.asyncProperty(text, text, async (plain, markup) => {
        const file = emlOf({ ...message, text: plain, html: markup });
        for (const line of file.split("\r\n")) {
          expect(line).toMatch(/^[\t -~]*$/);
          expect(line.length).toBeLessThanOrEqual(98);
        }
        const email = await PostalMime.parse(file);
        expect(lines(email.text)).toBe(plain.toWellFormed());
        expect(lines(email.html)).toBe(markup.toWellFormed());
      }),
      { examples: ["", "\n", "\n\n", "a\n", "a \n", "\ta\n\n"].map((each): [string, string] => [each, each]) },
    );
  });

  it.each(["\r\nBcc: all@example.com", "\n", "\r", "\u0000", "\u0085"])(
    "is refused where %j would begin another header",
    (end) => {
      for (const field of ["from", "to", "subject"] as const)
        expect(() => emlOf({ ...message, [field]: `${message[field]}${end}` }), field).toThrow("control character");
      expect(() => emlOf({ ...message, headers: { "List-Unsubscribe": `<https://a.example>${end}` } })).toThrow(
        "List-Unsubscribe has a control character",
      );
    },
  );
});
