/** An e-mail, as files hold it. */
export interface EmlMessage {
  readonly emailId: string;
  readonly createdAt: number;
  /** `Name <address>`, or an address. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const longestLine = 76;
/** Bytes of text in an encoded word: as base64 in its frame, behind the header's name, they fit a line (RFC 2047, 2). */
const encodedWordBytes = 36;

/**
 * Writes an e-mail as mail programs open it: RFC 5322, with text and HTML as alternatives in quoted-printable (RFC 2045).
 * @throws {Error} when a header would hold a control character, and so could begin another one
 */
export function emlOf({ emailId, createdAt, from, to, subject, text, html, headers }: EmlMessage): string {
  const boundary = `=_${emailId}`;
  const lines = [
    ["From", encodedSender(from)],
    ["To", to],
    ["Subject", encodedText(subject)],
    ["Date", new Date(createdAt).toUTCString().replace("GMT", "+0000")],
    ["Message-ID", `<${emailId}@portico.invalid>`],
    ...Object.entries(headers),
    ["MIME-Version", "1.0"],
    ["Content-Type", `multipart/alternative; boundary="${boundary}"`],
  ].map(([name = "", value = ""]) => header(name, value));
  const parts = [
    ["plain", text],
    ["html", html],
  ].flatMap(([subtype, body = ""]) => [
    `--${boundary}`,
    `Content-Type: text/${subtype}; charset=utf-8`,
    "Content-Transfer-Encoding: quoted-printable",
    "",
    quotedPrintable(body),
  ]);
  return [...lines, "", ...parts, `--${boundary}--`, ""].join("\r\n");
}

function header(name: string, value: string): string {
  // Folding is ours: what comes from elsewhere has no line ends.
  if (/\p{Cc}/u.test(value.replaceAll("\r\n ", ""))) throw new Error(`The header ${name} has a control character.`);
  return `${name}: ${value}`;
}

function encodedSender(from: string): string {
  const [, name, address] = /^(.*) (<[^<>]+>)$/.exec(from) ?? [];
  if (name === undefined || address === undefined) return from;
  const isPlain = /^[\w !#$%&'*+/=?^{|}~-]+$/.test(name) && !name.includes("=?");
  return `${isPlain ? name : encodedText(name, true)} ${address}`;
}

/** Text of a header as it is, or as encoded words, each of whole characters, on lines of their own. */
function encodedText(text: string, always = false): string {
  if (/\p{Cc}/u.test(text)) throw new Error("A header's text has a control character.");
  const isPlain = /^[ -~]*$/.test(text) && !text.includes("=?") && text.length <= longestLine - "Subject: ".length;
  if (isPlain && !always) return text;
  const words: string[] = [];
  let word = "";
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(word + character) > encodedWordBytes) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${Buffer.from(each).toString("base64")}?=`).join("\r\n ");
}

/** RFC 2045, 6.7: lines of at most 76 characters, ended by CRLF; spaces at the end of one are encoded. */
function quotedPrintable(text: string): string {
  return text
    .toWellFormed()
    .split(/\r\n|\r|\n/)
    .map((line) => {
      let encoded = "";
      let onLine = 0;
      const tokens = Array.from(Buffer.from(line), encodedByte);
      for (const [at, token] of tokens.entries()) {
        const isLast = at === tokens.length - 1;
        const shown = isLast && (token === " " || token === "\t") ? hex(token.charCodeAt(0)) : token;
        if (onLine + shown.length > longestLine - (isLast ? 0 : 1)) {
          encoded += "=\r\n";
          onLine = 0;
        }
        encoded += shown;
        onLine += shown.length;
      }
      return encoded;
    })
    .join("\r\n");
}

function encodedByte(byte: number): string {
  const isPlain = (byte >= 0x20 && byte <= 0x7e && byte !== 0x3d) || byte === 0x09;
  return isPlain ? String.fromCharCode(byte) : hex(byte);
}

function hex(byte: number): string {
  return `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
