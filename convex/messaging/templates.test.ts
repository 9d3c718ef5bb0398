import { describe, expect, it } from "vitest";
import { filled, render } from "./templates";

const siteUrl = "https://app.example.com/";
const plain = { siteUrl, carriesToken: false };
const withSecret = { siteUrl, carriesToken: true };
const invitation = { organizationName: "North Wind", roleName: "Member", inviterName: "Dana" };

describe("an e-mail", () => {
  it("says the same as text and as HTML, with links to the product", () => {
    const { subject, text, html } = render(
      "roleChanged",
      { organizationName: "North Wind", roleName: "Viewer" },
      plain,
    );
    expect(subject).toBe("Your role in North Wind has changed");
    expect(text).toBe(
      "Your role in North Wind is Viewer now.\n\nOpen:\nhttps://app.example.com/\n\n--\nYou get this because you are a member of North Wind.\n",
    );
    expect(html).toContain(">Your role in North Wind is Viewer now.</p>");
    expect(html).toMatch(/<a class="button" href="https:\/\/app\.example\.com\/" [^>]*>Open<\/a>/);
  });

  it("has no links where nobody said where the product is", () => {
    const { text } = render("welcome", { name: "Dana" }, { siteUrl: undefined, carriesToken: false });
    expect(text).toMatch(/^Hello Dana, your account is ready\.\n\n--\n/);
    expect(text).not.toContain("http");
  });

  it("shows names as text, whatever markup they hold", () => {
    const { html, text } = render("welcome", { name: `<img src="x">&"` }, plain);
    expect(html).toContain("Hello &lt;img src=&quot;x&quot;&gt;&amp;&quot;,");
    expect(text).toContain(`Hello <img src="x">&",`);
  });

  it.each(["\r\nBcc: all@example.com", "\u0000\u0085\u2028\u2029", "\n".repeat(300)])(
    "has one line of at most 200 characters as its subject, with %j in a name",
    (end) => {
      const organizationName = `North Wind${end}`;
      const { subject } = render("organizationDeleted", { organizationName, purgeAfter: 0 }, plain);
      expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(subject).toMatch(/^North Wind .*was deleted$/);
      const long = render("organizationDeleted", { organizationName: "😀".repeat(300), purgeAfter: 0 }, plain);
      expect([Array.from(long.subject).length, long.subject.isWellFormed()]).toEqual([200, true]);
    },
  );

  it("has a mark where its secret belongs, in a fragment, until it is sent", () => {
    const rendered = render("organizationInvite", invitation, withSecret);
    expect(rendered.text).toContain("https://app.example.com/invitations/accept#token=[token]");
    const sent = filled(rendered, { token: "inv_secret" });
    expect(sent.text).toContain("accept#token=inv_secret");
    expect(sent.html).toContain('href="https://app.example.com/invitations/accept#token=inv_secret"');
    expect(sent.text + sent.html).not.toContain("[token]");
  });

  it("gives its secret to no URL that somebody named after it", () => {
    const organizationName = "https://evil.example/?t=[token] [to[token]ken]";
    const sent = filled(render("organizationInvite", { ...invitation, organizationName }, withSecret), {
      token: "inv_secret",
    });
    expect(sent.text.match(/inv_secret/g)).toHaveLength(1);
    expect(sent.text).not.toMatch(/evil\S*inv_secret/);
  });

  it("shows the secret itself where there is no product to link to, and asks to sign in where there is none", () => {
    const { text } = render("organizationInvite", invitation, { siteUrl: undefined, carriesToken: true });
    expect(text).toContain("Accept it with this token:\n[token]\n");
    const asked = render("organizationInvite", { ...invitation, expiresAt: 0 }, plain);
    expect(asked.text).toContain("Sign in to accept:\nhttps://app.example.com/\n");
    expect(asked.text).toContain("The invitation ends at 1970-01-01 00:00 UTC.");
    const unknown = { siteUrl: undefined, carriesToken: false };
    expect(render("organizationInvite", invitation, unknown).text).toContain("Sign in to accept.");
  });
});
