/** How many begin in one round of the event loop; the sockets of everybody else are looked at between rounds. */
const begunPerRound = 4;

/**
 * Lets those whom nobody knows yet (requests without a credential, handshakes of sockets) begin a few at a time: a burst of
 * hundreds that arrive together would otherwise be worked off before anybody else's request is even read.
 */
export class StrangerTurns {
  readonly #waiting: (() => void)[] = [];
  #begun = 0;
  #isRoundOpen = false;

  /** Begins at once, or in a later round, in the order of arrival. */
  begin(work: () => void): void {
    if (this.#begun >= begunPerRound || this.#waiting.length > 0) {
      this.#waiting.push(work);
      return;
    }
    this.#begun++;
    this.#openRound();
    work();
  }

  #openRound(): void {
    if (this.#isRoundOpen) return;
    this.#isRoundOpen = true;
    setImmediate(() => {
      this.#isRoundOpen = false;
      const next = this.#waiting.splice(0, begunPerRound);
      this.#begun = next.length;
      if (next.length > 0) this.#openRound();
      for (const work of next) work();
    });
  }
}
