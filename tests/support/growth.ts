// How the cost of work grows with its size, in processor time of this process. Other busy processes do not affect it.
const TIMES = 5;
const FACTOR = 8;

/**
 * @param work is run with an input of this many elements.
 * @returns the factor of processor time for eight times as many elements: 8 if the cost is linear,
 * 64 if it is quadratic.
 */
export function growth(elements: number, work: (elements: number) => unknown): number {
  const few: number[] = [];
  const many: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    few.push(processorTime(() => work(elements)));
    many.push(processorTime(() => work(FACTOR * elements)));
  }
  return Math.min(...many) / Math.min(...few);
}

/** Microseconds. */
function processorTime(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
