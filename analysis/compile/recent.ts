/** Keeps what was asked for last, up to a weight: for things that can be had again, and are large. */
export class Recent<Value> {
  private readonly items = new Map<string, { value: Value; weight: number }>();
  private readonly most: number;
  private weight = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** @param make has the value anew, with its weight */
  get(key: string, make: () => { value: Value; weight: number }): Value {
    const known = this.items.get(key);
    if (known) {
      // The one that was asked for last stands last.
      this.items.delete(key);
      this.items.set(key, known);
      return known.value;
    }
    const made = make();
    this.items.set(key, made);
    this.weight += made.weight;
    for (const [oldest, { weight }] of this.items) {
      if (this.weight <= this.most || oldest === key) break;
      this.items.delete(oldest);
      this.weight -= weight;
    }
    return made.value;
  }
}
