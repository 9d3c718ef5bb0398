import { afterAll, beforeAll, expect, it } from "vitest";
import { builtInRoles } from "../../convex/core/access/roles";
import { isGrantable, reachOf } from "../../convex/core/access/rights";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { nameOf } from "./arrangements.testing";
import { accessOperations, attacksOf, EscalationStage, gained, secondsAfter } from "./escalation.testing";
import { raiseQuotas, roleKeys } from "./world.testing";
import { isLongRun, noteTries } from "../../scripts/lib/tries.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";
import type { Held, Principal, StageSet, Standing } from "./escalation.testing";
import type { DemoOrganization } from "./world.testing";

/**
 * Searches for a way up: every operation that gives access, then every other one by whoever has got something from the
 * first, and after each success nobody may hold a right that the attacker lacked before. Every attacker tries every first step;
 * of the pairs, each has a share in a run, another one with each turn, so that every pair is tried by some, and all by
 * everybody in `npm run attack`.
 */

let portico: TestPortico;
let acme: DemoOrganization;
const pairShareCount = isLongRun ? 1 : 6;
const turn = Number(process.env["PORTICO_ESCALATION_TURN"] ?? Date.now() % pairShareCount);
const tried = { attackers: 0, pairs: 0, calls: 0 };
const letThrough: string[] = [];

beforeAll(async () => {
  portico = await startTestPortico();
  const [first] = portico.demo.organizations;
  if (!first) throw new Error("The demo has no organization.");
  acme = first;
  await raiseQuotas(portico, acme.id);
});
afterAll(async () => {
  noteTries(tried.calls);
  console.log(
    `escalation: ${accessOperations.length} operations, ${tried.attackers} attackers, ${tried.pairs} ordered pairs, ${tried.calls} calls, ${letThrough.length} calls that were allowed and gained nobody anything (PORTICO_ESCALATION_TURN=${turn} repeats it)`,
  );
  await portico.close();
});

const narrowRights: Readonly<Record<string, readonly string[]>> = {
  roles: ["role:*"],
  members: ["member:*"],
  keys: ["apiKey:*"],
  teams: ["team:*"],
  clients: ["client:*"],
  access: ["role:*", "member:*", "team:*", "client:*", "apiKey:*"],
};
const narrowScopes = [...new Set(accessOperations.map(({ declaration }) => declaration.permission ?? ""))].filter(
  isGrantable,
);

type MakeAttacker = (stage: EscalationStage) => Promise<Principal>;
const attackers: readonly (readonly [name: string, make: MakeAttacker])[] = [
  // The owner has all there is to have.
  ...roleKeys
    .filter((roleKey) => roleKey !== "owner")
    .map((roleKey) => [`the role ${roleKey}`, (stage: EscalationStage) => stage.newMember({ roleKey })] as const),
  ...Object.entries(narrowRights).flatMap(([name, rights]) =>
    (["assigned", "organization"] as const).map(
      (scope) =>
        [
          `a role of rank 99 for ${name}, ${scope}`,
          async (stage: EscalationStage) => stage.newMember({ roleId: await stage.newRole(rights, 99, scope) }),
        ] as const,
    ),
  ),
  ...narrowScopes.map(
    (scope) =>
      [
        `the owner's key of ${scope}`,
        async (stage: EscalationStage) => {
          const { id, key } = await stage.newKey([scope]);
          return { ...(await ownerOf(stage)), credential: key, keyId: id };
        },
      ] as const,
  ),
];

async function ownerOf(stage: EscalationStage): Promise<Principal> {
  const { token, id } = acme.users.owner;
  const { body } = await stage.arrange("GET", `/v1/memberships?userId=${id}`);
  return {
    name: "the owner",
    credential: token,
    keyId: undefined,
    membershipId: String(Object(body)["data"][0].id),
    userId: id,
  };
}

/** First steps that are searched one after the other; the shares of one attacker at once, by attackers alike. */
const shareCount = 4;
const shares = Array.from({ length: shareCount }, (_, share) =>
  accessOperations.filter((_operation, at) => at % shareCount === share),
);

it.concurrent.each(attackers.map(([name, make], place) => [name, make, place] as const))(
  "%s gives nobody more than it has",
  async (_name, make, place) => {
    const finds = await Promise.all(shares.map((firsts) => findsOf(make, firsts, place + turn)));
    tried.attackers += 1;
    expect(finds.flat()).toEqual([]);
  },
  1_200_000,
);

/** What an attacker of its own finds who begins with these operations and has this share of the pairs. */
async function findsOf(make: MakeAttacker, firsts: readonly Operation[], share: number): Promise<readonly string[]> {
  const stage = new EscalationStage(portico, acme);
  const attacker = { ...(await make(stage)), name: "the attacker" };
  const before = await stage.standingOf(attacker);
  const search = new Search(stage, attacker, attacker.keyId ? { ...before, rank: builtInRoles.owner.rank } : before);
  await search.run(firsts, share);
  tried.pairs += search.pairs;
  tried.calls += stage.calls;
  letThrough.push(...search.letThrough);
  return search.finds;
}

it("has let every operation through for somebody, so that none was searched in vain", () => {
  expect([...new Set(letThrough)].sort()).toEqual(accessOperations.map(nameOf).sort());
});

class Search {
  pairs = 0;
  readonly letThrough: string[] = [];
  readonly finds: string[] = [];
  private turn = 0;

  constructor(
    private readonly stage: EscalationStage,
    private readonly attacker: Principal,
    private readonly before: Standing,
  ) {}

  async run(firsts: readonly Operation[], share: number): Promise<void> {
    for (const first of firsts) {
      const fruitful = await this.fruitfulAttacks(first);
      for (const second of secondsAfter(first)) {
        const pair = accessOperations.indexOf(first) + accessOperations.indexOf(second) + share;
        if (pair % pairShareCount !== 0) continue;
        this.pairs += 1;
        // A first step that is always refused leaves the second as the only one, and that one has its own turn. For a second
        // step that is beyond the attacker the first would have had to give somebody the right, which was looked for.
        if (fruitful.length > 0 && this.holds(this.before, second))
          await this.pair(first, fruitful[this.pairs % fruitful.length] ?? 0, second);
      }
    }
  }

  /** Tries every attack of an operation by itself; answers the places of those that were let through. */
  private async fruitfulAttacks(operation: Operation): Promise<readonly number[]> {
    const fruitful: number[] = [];
    let set = await this.stage.ready();
    // Without the permission nothing of the body is looked at; the contract holds that for every role and operation.
    const count = this.holds(this.before, operation) ? attacksOf(operation, set, this.attacker, this.before).length : 1;
    for (let at = 0; at < count; at += 1) {
      const got = await this.step(set, operation, at, { principal: this.attacker, standing: this.before });
      if (!got) continue;
      fruitful.push(at);
      set = await this.stage.renewed();
    }
    return fruitful;
  }

  private async pair(first: Operation, at: number, second: Operation): Promise<void> {
    const set = await this.stage.ready();
    const attacker = { principal: this.attacker, standing: this.before };
    const got = await this.step(set, first, at, attacker);
    for (const actor of got ? [attacker, ...got] : []) {
      if (!this.holds(actor.standing, second)) continue;
      this.turn += 1;
      await this.step(set, second, this.turn, actor, { after: first, got });
    }
    await this.stage.renewed();
  }

  private holds({ rights }: Standing, { declaration }: Operation): boolean {
    return reachOf(rights, declaration.permission ?? "") !== undefined;
  }

  /**
   * One attack by one principal. Undefined if it was refused; else what everybody under the attacker's hand has then, none
   * of whom may have gained.
   */
  private async step(
    set: StageSet,
    operation: Operation,
    at: number,
    { principal: actor, standing }: Held,
    earlier?: { readonly after: Operation; readonly got: readonly Held[] | undefined },
  ): Promise<readonly Held[] | undefined> {
    const known = earlier?.got ?? [];
    const attacks = attacksOf(operation, set, actor, standing, known);
    const attack = attacks[at % attacks.length];
    if (!attack) return undefined;
    const answer = await this.stage.attempt(attack, actor.credential);
    if (answer.status >= 300) {
      expect([nameOf(operation), answer.status < 500], answer.text).toEqual([nameOf(operation), true]);
      return undefined;
    }
    this.letThrough.push(nameOf(operation));
    const principals = new Set([
      this.attacker,
      set.accomplice,
      ...(await this.gotFrom(answer, attack.arranged.body ?? {})),
      ...known.map(({ principal }) => principal),
    ]);
    const held: Held[] = [];
    const standings = await Promise.all(
      [...principals].map(async (principal) => ({ principal, now: await this.stage.standingOf(principal) })),
    );
    for (const { principal, now } of standings) {
      const gain = gained(this.before, now);
      if (gain !== undefined) {
        const steps = [...(earlier ? [nameOf(earlier.after)] : []), nameOf(operation)].join(", then ");
        this.finds.push(`${principal.name} got ${gain}: ${steps} by ${actor.name} ${JSON.stringify(attack.arranged)}`);
      }
      if (principal !== this.attacker) held.push({ principal, standing: now });
    }
    return held;
  }

  /** The credentials that an answer hands out: a key, or the place of whoever was invited. */
  private async gotFrom(answer: Answer, body: Readonly<Record<string, unknown>>): Promise<readonly Principal[]> {
    const { key, id, membershipId, sendCount, status } = answer.body;
    const { email } = body;
    if (sendCount !== undefined) {
      const joined =
        status === "pending"
          ? await this.stage.join(String(answer.body["email"]), String(id), Number(sendCount))
          : undefined;
      return joined ? [joined] : [];
    }
    if (typeof key === "string" && key.startsWith("sk_"))
      return [{ ...this.attacker, name: "a key", credential: key, keyId: String(id) }];
    return typeof email === "string" ? [await this.stage.signIn(email, String(membershipId), String(id))] : [];
  }
}
