/** One interval with everything that was added under it. */
interface Node<T> {
  readonly lower: string;
  readonly upper: string;
  readonly values: Set<T>;
  readonly priority: number;
  /** The largest upper bound of this node and everything below it. */
  maxUpper: string;
  left: Node<T> | null;
  right: Node<T> | null;
}

/**
 * Half-open intervals over byte strings (latin1 text, whose order is byte order): a treap augmented with the largest
 * upper bound of each subtree. Adding, deleting and finding what contains a key cost O(log n), plus what is found.
 */
export class IntervalTree<T> {
  #root: Node<T> | null = null;

  /** True when no interval is left, so that whoever keeps trees can drop this one. */
  get isEmpty(): boolean {
    return this.#root === null;
  }

  /** Adds a value under the interval from `lower` to before `upper`; the same value twice counts once. */
  add(lower: string, upper: string, value: T): void {
    const existing = this.#find(lower, upper);
    if (existing !== null) {
      existing.values.add(value);
      return;
    }
    const [left, right] = split(this.#root, lower, upper);
    const node: Node<T> = {
      lower,
      upper,
      values: new Set([value]),
      priority: Math.random(),
      maxUpper: upper,
      left: null,
      right: null,
    };
    this.#root = merge(merge(left, node), right);
  }

  /** Takes a value away from an interval; an interval without values is gone. */
  delete(lower: string, upper: string, value: T): void {
    const node = this.#find(lower, upper);
    if (node === null || !node.values.delete(value) || node.values.size > 0) return;
    this.#root = without(this.#root, node);
  }

  /** Calls `visit` with each value of each interval that contains the key; `visit` must not change the tree. */
  visitContaining(key: string, visit: (value: T) => void): void {
    visitContaining(this.#root, key, visit);
  }

  #find(lower: string, upper: string): Node<T> | null {
    let node = this.#root;
    while (node !== null) {
      const order = compare(lower, upper, node);
      if (order === 0) return node;
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }
}

function visitContaining<T>(node: Node<T> | null, key: string, visit: (value: T) => void): void {
  if (node === null || node.maxUpper <= key) return;
  visitContaining(node.left, key, visit);
  if (node.lower > key) return;
  if (key < node.upper) for (const value of node.values) visit(value);
  visitContaining(node.right, key, visit);
}

/** Negative when the interval sorts before the node's own, by lower and then by upper bound. */
function compare<T>(lower: string, upper: string, node: Node<T>): number {
  if (lower !== node.lower) return lower < node.lower ? -1 : 1;
  if (upper === node.upper) return 0;
  return upper < node.upper ? -1 : 1;
}

/** Splits a subtree into the nodes that sort before the interval and those after it. */
function split<T>(node: Node<T> | null, lower: string, upper: string): [Node<T> | null, Node<T> | null] {
  if (node === null) return [null, null];
  if (compare(lower, upper, node) < 0) {
    const [before, after] = split(node.left, lower, upper);
    node.left = after;
    return [before, updated(node)];
  }
  const [before, after] = split(node.right, lower, upper);
  node.right = before;
  return [updated(node), after];
}

/** Joins two subtrees of which the first sorts before the second. */
function merge<T>(first: Node<T> | null, second: Node<T> | null): Node<T> | null {
  if (first === null || second === null) return first ?? second;
  if (first.priority > second.priority) {
    first.right = merge(first.right, second);
    return updated(first);
  }
  second.left = merge(first, second.left);
  return updated(second);
}

function without<T>(node: Node<T> | null, gone: Node<T>): Node<T> | null {
  if (node === null) return null;
  if (node === gone) return merge(node.left, node.right);
  if (compare(gone.lower, gone.upper, node) < 0) node.left = without(node.left, gone);
  else node.right = without(node.right, gone);
  return updated(node);
}

function updated<T>(node: Node<T>): Node<T> {
  let { upper } = node;
  if (node.left !== null && node.left.maxUpper > upper) upper = node.left.maxUpper;
  if (node.right !== null && node.right.maxUpper > upper) upper = node.right.maxUpper;
  node.maxUpper = upper;
  return node;
}
