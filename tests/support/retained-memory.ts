// The memory that is still referenced after all garbage has been collected.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * @returns bytes of objects, strings and buffers, after a forced collection. It does not depend on when V8 would
 * collect.
 */
export async function retainedMemory(): Promise<number> {
  // Finalizers run between collections, and what they free is collected by the next one.
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise((resume) => setImmediate(resume));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
