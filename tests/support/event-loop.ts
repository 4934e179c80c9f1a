// The rounds of the event loop, in which a server finds new requests.

/** Counts them from now on. @returns a function that ends the count, and returns it. */
export function countRounds(): () => number {
  let rounds = 0;
  let next: NodeJS.Immediate;
  const count = () => {
    rounds += 1;
    next = setImmediate(count);
  };
  next = setImmediate(count);
  return () => {
    clearImmediate(next);
    return rounds;
  };
}
