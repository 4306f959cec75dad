/** Those who wait until a sequence is reached. */

interface Waiter {
  sequence: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** A queue of those who wait, in the order of what they wait for. */
export class Waiters {
  #list: Waiter[] = [];

  get any(): boolean {
    return this.#list.length > 0;
  }

  wait(sequence: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#list.push({ sequence, resolve, reject });
    });
  }

  /** Lets those go whose sequence is reached. They came in its order. */
  reach(sequence: number): void {
    const still = this.#list.findIndex((waiter) => waiter.sequence > sequence);
    const ready = this.#list.splice(0, still < 0 ? this.#list.length : still);
    for (const { resolve } of ready) resolve();
  }

  fail(error: Error): void {
    const all = this.#list;
    this.#list = [];
    for (const { reject } of all) reject(error);
  }
}
